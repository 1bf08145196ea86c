import { rejected } from './rejected.ts';
import type { SeenAssertion } from './types.ts';

/**
 * The two locks share no parser. If they did not see the same assertion, one of them was fooled, and nobody needs to
 * know which one: the login is refused.
 *
 * @throws Failure `login_rejected`: `saml.agreement.<field>`
 */
export function agree(one: SeenAssertion, other: SeenAssertion): void {
  const a = comparable(one);
  const b = comparable(other);
  for (const field of Object.keys(a) as (keyof SeenAssertion)[]) {
    if (!same(a[field], b[field])) throw rejected(`agreement.${field}`);
  }
}

/** xml2js gives white space alone as nothing; for this comparison, and only here, both count as empty. */
function comparable(seen: SeenAssertion): SeenAssertion {
  const blank = (value: string): string => (value.trim() === '' ? '' : value);
  return {
    ...seen,
    attributes: seen.attributes.map(({ name, values }) => ({
      name,
      values: values.map((value) => (value === null ? null : blank(value))),
    })),
  };
}

/** Equal in every value. Objects are plain data here; those of the worker come from another realm, so no prototypes. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return a === b;
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  if (Array.isArray(a) !== Array.isArray(b) || left.size !== right.size) return false;
  return [...left].every(([key, value]) => right.has(key) && same(value, right.get(key)));
}
