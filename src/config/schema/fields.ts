import { z } from 'zod';

/**
 * The kinds of values that the files are made of. A complaint about a value never repeats it; with `show`, whoever
 * words the problem may add what was found, where it did not come from an environment variable or a file.
 */
interface TextRules {
  /** What is wrong with the text, or undefined. */
  readonly complain?: (text: string) => string | undefined;
  /** The value is not a secret and short: a duration, a port, a domain. */
  readonly show?: boolean;
  /** For editors, in the JSON Schema. */
  readonly pattern?: string;
}

/** A text that is not empty. */
export function text(description: string, rules: TextRules = {}) {
  const { complain, show = false, pattern } = rules;
  return z
    .string()
    .superRefine((value, context) => {
      const message = value.trim() === '' ? 'expected some text; it is empty' : complain?.(value);
      if (message !== undefined) context.addIssue({ code: 'custom', message, params: { show } });
    })
    .meta({
      description,
      minLength: 1,
      // A value may always be brought in from outside.
      ...(pattern !== undefined && { pattern: `${pattern}|\\$\\{(env|file):` }),
    });
}

/** A list of at least one text, or one text for a list of one. */
export function texts(description: string, rules: TextRules = {}) {
  const item = text('One of them.', rules);
  return z
    .union([item, z.array(item).min(1)])
    .transform((value): readonly string[] => (typeof value === 'string' ? [value] : value))
    .meta({ description });
}

/** `true` or `false`. */
export function flag(description: string) {
  return z.boolean().meta({ description });
}

/** A whole number within limits. */
export function count(description: string, { min, max }: { readonly min: number; readonly max: number }) {
  return z.int().min(min).max(max).meta({ description });
}

/** One word of a closed set. */
export function word<const Words extends readonly [string, ...string[]]>(description: string, words: Words) {
  return z.enum(words).meta({ description });
}

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const durationForm = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/;

/** A duration such as `15s`, `30m`, `8h`, `7d` as milliseconds; undefined when it is none. */
export function parseDuration(value: string): number | undefined {
  const [, amount, unit] = durationForm.exec(value) ?? [];
  return amount === undefined ? undefined : Math.round(Number(amount) * units[unit as keyof typeof units]);
}

const dateForm = /^\d{4}-\d{2}-\d{2}$/;

/** A day such as `2027-03-31`; its beginning (UTC) as milliseconds since the epoch in the Config. */
export function date(description: string) {
  const parse = (value: string) => {
    const at = dateForm.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN;
    // The thirty-first of February is otherwise taken for the third of March.
    return !Number.isNaN(at) && new Date(at).toISOString().startsWith(value) ? at : Number.NaN;
  };
  return text(description, {
    show: true,
    pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
    complain: (value) => (Number.isNaN(parse(value)) ? 'expected a day such as 2027-03-31' : undefined),
  }).transform(parse);
}

/** A duration in the file, milliseconds in the Config. Limits are written the same way; `0s` where `min` allows it. */
export function duration(description: string, { min, max }: { readonly min: string; readonly max: string }) {
  const [least, most] = [parseDuration(min) ?? 0, parseDuration(max) ?? Infinity];
  return text(description, {
    show: true,
    pattern: '^[0-9]{1,9}(\\.[0-9]{1,3})?(ms|s|m|h|d)$',
    complain(value) {
      const length = parseDuration(value);
      if (length === undefined) return 'expected a duration such as 15s, 30m, 8h or 7d';
      return length < least || length > most ? `expected a duration from ${min} to ${max}` : undefined;
    },
  }).transform((value) => parseDuration(value) ?? least);
}
