import type { z } from 'zod';
import { nearest } from '../nearest.ts';
import { readable } from '../problems.ts';
import type { JsonSchema } from '../schema/json-schema.ts';
import { descriptionAt, schemasAt } from './known-keys.ts';

export type Issue = z.core.$ZodIssue;

/** Longer than any word of the schema that was misspelt, and shorter than a secret. */
const longestShown = 24;

/** What is known of the place that an issue is about. */
export interface Place {
  readonly schema: JsonSchema;
  readonly path: readonly PropertyKey[];
  readonly value: unknown;
  /** The value came from an environment variable or a file. */
  readonly hidden: boolean;
}

/** One issue of the schema in words: what is expected, what was found; the value itself only where it is no secret. */
export function wordIssue(issue: Issue, place: Place): string {
  const { schema, path, value } = place;
  const found = (shown: string | undefined) => (shown === undefined ? '' : `, found ${shown}`);
  switch (issue.code) {
    case 'invalid_type': {
      if (value === undefined) return missing(schema, path);
      return `expected ${kinds([issue.expected])}, found ${kindOf(value)}${quotes([issue.expected], value)}`;
    }
    case 'invalid_value': {
      if (value === undefined) return missing(schema, path);
      const words = issue.values.map(String);
      if (typeof value !== 'string') return `expected ${oneOf(words)}, found ${kindOf(value)}`;
      const near = nearest(value, words);
      const hint = near === undefined ? '' : `; did you mean ${near}?`;
      return `expected ${oneOf(words)}${found(showable(place))}${hint}`;
    }
    case 'too_small':
    case 'too_big': {
      if (issue.origin === 'array') return 'expected at least one';
      const limits = schemasAt(schema, path).find((node) => node.minimum !== undefined);
      const range = limits ? ` from ${String(limits.minimum)} to ${String(limits.maximum)}` : '';
      return `expected a whole number${range}${place.hidden ? '' : found(typeof value === 'number' ? String(value) : undefined)}`;
    }
    case 'custom':
      return `${issue.message}${issue.params?.['show'] === true ? found(showable(place)) : ''}`;
    case 'invalid_union': {
      const expected = issue.errors.flatMap((errors) =>
        errors.flatMap((error) =>
          error.path.length > 0 ? [] : error.code === 'invalid_type' ? [error.expected] : literals(error),
        ),
      );
      if (value === undefined) return missing(schema, path);
      return `expected ${kinds(expected)}, found ${kindOf(value)}${quotes(expected, value)}`;
    }
    default:
      return 'this is not what is expected here';
  }
}

/** The words for a key that has to be there. */
export function missing(schema: JsonSchema, path: readonly PropertyKey[]): string {
  const description = descriptionAt(schema, path);
  return description === undefined ? 'missing' : `missing; expected: ${description}`;
}

function literals(issue: Issue): string[] {
  return issue.code === 'invalid_value' ? issue.values.map(String) : [];
}

const words: Record<string, string> = {
  string: 'some text',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function kinds(expected: readonly string[]): string {
  return oneOf([...new Set(expected.map((kind) => words[kind] ?? kind))]);
}

function oneOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${String(names.at(-1))}`;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'a number';
  if (typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'a list' : 'a map';
}

/** `clientId: 0123` is a number to YAML, `port: "80"` a text. */
function quotes(expected: readonly string[], value: unknown): string {
  if (expected.includes('string') && (typeof value === 'number' || typeof value === 'boolean')) {
    return '; put it in quotes';
  }
  const plain = expected.includes('int') || expected.includes('number') || expected.includes('boolean');
  return plain && typeof value === 'string' ? '; write it without quotes' : '';
}

function showable({ value, hidden }: Place): string | undefined {
  if (hidden || typeof value !== 'string' || value === '' || value.length > longestShown) return undefined;
  return JSON.stringify(readable(value));
}
