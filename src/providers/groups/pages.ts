import { isUsableText } from '../claim-text.ts';
import { maxGroupBytes, maxGroups } from '../groups-claim.ts';
import { LookupFailed } from './lookup-failed.ts';
import type { FoundGroup } from './types.ts';

/** Pages of one look-up; an API that goes on after that goes in circles. */
const maxPages = 50;

/** One page: its groups, and where the next one is. */
export interface Page {
  readonly groups: readonly FoundGroup[];
  readonly next: string | undefined;
}

/** All pages, one after the other. A list that is not complete is no list: more than the limits fails. */
export async function allPages(
  kind: string,
  first: string,
  read: (url: string) => Promise<Page>,
): Promise<FoundGroup[]> {
  const found = new Map<string, FoundGroup>();
  const seen = new Set<string>();
  for (let url: string | undefined = first; url !== undefined;) {
    if (seen.has(url) || seen.size >= maxPages) throw new LookupFailed(`${kind}.too_many_pages`);
    seen.add(url);
    const page: Page = await read(url);
    for (const group of page.groups) found.set(group.id, group);
    if (found.size > maxGroups) throw new LookupFailed(`${kind}.too_many_groups`);
    url = page.next;
  }
  return [...found.values()];
}

/** The list under a key, or the failure that it is none. */
export function listIn(
  kind: string,
  body: unknown,
  key: string | undefined,
  optional = false,
): readonly unknown[] {
  const value = key === undefined ? body : field(body, key);
  if (value === undefined && optional && !Array.isArray(body)) return [];
  if (!Array.isArray(value)) throw new LookupFailed(`${kind}.garbage`);
  return value;
}

/** A group of an answer; a name that cannot be used makes the whole answer unusable. */
export function foundGroup(kind: string, id: unknown, label: unknown): FoundGroup {
  if (typeof id !== 'string' || id === '' || !isUsableText(id, maxGroupBytes))
    throw new LookupFailed(`${kind}.garbage`);
  const usable = typeof label === 'string' && label !== '' && isUsableText(label, maxGroupBytes);
  return { id, label: usable ? label : undefined };
}

/** An address of a next page: of the same origin only, for the credentials go there. */
export function sameOrigin(kind: string, url: unknown, base: string): string | undefined {
  if (url === undefined || url === null) return undefined;
  const next = typeof url === 'string' ? URL.parse(url) : null;
  if (next === null || next.origin !== new URL(base).origin) throw new LookupFailed(`${kind}.next_elsewhere`);
  return next.href;
}

/** An own property of an object. */
export function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
