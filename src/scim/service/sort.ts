import { parsePath } from '../filter/index.ts';
import { isObject, type Resource, type Value } from '../resource.ts';
import { attributeNamed, type Attribute, type ResourceType } from '../schema/index.ts';
import { resolvePath } from '../schema/resolve.ts';
import { turn } from './turns.ts';

export type SortKey = string | number | boolean | undefined;

export interface Sorting {
  readonly keyOf: (resource: Resource) => SortKey;
  readonly descending: boolean;
}

/**
 * How `sortBy` orders resources (RFC 7644, section 3.4.2.3): a multi-valued attribute by its primary value, else its
 * first; case as the attribute compares it. Undefined when the schema has no such attribute: the order stays.
 */
export function sortingBy(
  type: ResourceType,
  sortBy: string | undefined,
  sortOrder: string | undefined,
): Sorting | undefined {
  const resolved = sortBy === undefined ? undefined : definitionOf(type, sortBy);
  if (!resolved?.attribute) return undefined;
  const { extension, attribute, sub } = resolved;
  const inner =
    sub ??
    (attribute.type === 'complex' ? attributeNamed(attribute.subAttributes ?? [], 'value') : undefined);
  const simple = inner ?? attribute;
  return {
    descending: sortOrder?.toLowerCase() === 'descending',
    keyOf(resource) {
      const container = extension ? resource[extension.id] : resource;
      const value = isObject(container) ? (container as Resource)[attribute.name] : undefined;
      const element = Array.isArray(value)
        ? (value.find((each) => isObject(each) && each['primary'] === true) ?? value[0])
        : value;
      return comparableKey(simple, inner && isObject(element) ? (element as Resource)[inner.name] : element);
    },
  };
}

function definitionOf(type: ResourceType, name: string) {
  try {
    return resolvePath(type, parsePath(name).path);
  } catch {
    return undefined;
  }
}

function comparableKey(attribute: Attribute, value: Value | undefined): SortKey {
  if (typeof value === 'string') {
    if (attribute.type === 'dateTime') return Date.parse(value);
    return attribute.caseExact ? value : value.normalize('NFKC').toLowerCase();
  }
  return typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

/** Missing values come last when ascending and first when descending; equal ones keep their order. */
export function compareKeys(left: SortKey, right: SortKey, descending: boolean): number {
  const order =
    left === right ? 0 : left === undefined ? 1 : right === undefined ? -1 : left < right ? -1 : 1;
  return descending ? -order : order;
}

/** Items that are sorted, or merged, before other requests get their turn. */
const atOnce = 5_000;

/** A stable merge sort that never holds the event loop for long. */
export async function sortInTurns<T>(
  items: readonly T[],
  compare: (left: T, right: T) => number,
): Promise<readonly T[]> {
  let runs: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += atOnce) {
    runs.push(items.slice(at, at + atOnce).sort(compare));
    await turn();
  }
  while (runs.length > 1) {
    const merged: (readonly T[])[] = [];
    for (let at = 0; at < runs.length; at += 2)
      merged.push(await merge(runs[at] ?? [], runs[at + 1] ?? [], compare));
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge<T>(
  left: readonly T[],
  right: readonly T[],
  compare: (one: T, other: T) => number,
): Promise<readonly T[]> {
  const result: T[] = [];
  let [at, other] = [0, 0];
  while (at < left.length || other < right.length) {
    const [one, two] = [left[at], right[other]];
    const takesLeft = other >= right.length || (at < left.length && compare(one as T, two as T) <= 0);
    result.push((takesLeft ? one : two) as T);
    if (takesLeft) at += 1;
    else other += 1;
    if (result.length % atOnce === 0) await turn();
  }
  return result;
}
