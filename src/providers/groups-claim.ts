import { Failure, type GroupsClaim } from '../identity/index.ts';
import { isUsableText } from './claim-text.ts';

/** More names than this are refused: a shortened list would silently take memberships away. */
export const maxGroups = 10_000;
/** Longest name, in UTF-8 bytes. */
export const maxGroupBytes = 1_000;

/** The claims of a token: a JSON object from outside. */
export type Claims = Readonly<Record<string, unknown>>;

export interface GroupsReading {
  readonly groups: GroupsClaim;
  /** What was found but not understood, as `groups.not_a_list: roles`; for the log. Never the value. */
  readonly problems: readonly string[];
}

/**
 * Reads the groups a person is said to be in, from claims of any shape.
 *
 * Each of `names` is a claim's own name (`groups`, also `https://acme.example/groups`), else a JSON pointer
 * (`/realm_access/roles`, RFC 6901), else a dotted path (`realm_access.roles`). Lists of several claims are united; one
 * string is a list of one; empty strings are dropped; a repeated name counts once; order is kept.
 *
 * A claim that is not there, is null, or is no list of names is *absent*, which is not "no groups". Elements that are not
 * usable text are dropped and reported; if nothing but such elements is left of a list, it is absent as well.
 * A claim that `_claim_names` hands to another endpoint (OpenID Connect Core 5.6.2), or `hasgroups`, is *overage*.
 *
 * @throws Failure `login_rejected` with `groups.too_many` or `groups.name_too_long`
 */
export function readGroups(claims: Claims, names: readonly string[]): GroupsReading {
  if (names.length === 0) return { groups: { kind: 'absent' }, problems: [] };
  const lists = names.map((name) => readNames(claims, name));
  const problems = lists.flatMap((list) => list.problems);
  if (names.some((name) => isElsewhere(claims, name))) return { groups: { kind: 'overage' }, problems };
  const present = lists.flatMap((list) => (list.names === undefined ? [] : [list.names]));
  if (present.length === 0) return { groups: { kind: 'absent' }, problems };
  const united = [...new Set(present.flat())];
  if (united.length > maxGroups) throw tooMany();
  return { groups: { kind: 'present', names: united }, problems };
}

/** The names that were there all the same, of a person whose whole list is elsewhere: other claims, such as roles. */
export function presentNames(claims: Claims, names: readonly string[]): readonly string[] {
  const here = names.filter((name) => !isElsewhere(claims, name));
  return [...new Set(here.flatMap((name) => readNames(claims, name).names ?? []))];
}

/** One claim as a list of names; `names` is undefined when the claim is absent or cannot be understood. */
export function readNames(
  claims: Claims,
  name: string,
): { readonly names: readonly string[] | undefined; readonly problems: readonly string[] } {
  const value = valueAt(claims, name);
  if (value === undefined || value === null) return { names: undefined, problems: [] };
  if (typeof value !== 'string' && !Array.isArray(value)) {
    return { names: undefined, problems: [`groups.not_a_list: ${name}`] };
  }
  const elements: readonly unknown[] = typeof value === 'string' ? [value] : value;
  if (elements.length > maxGroups) throw tooMany();
  const given = elements.filter((element) => element !== '');
  const usable = given.filter(isName);
  if (usable.length === given.length) return { names: usable, problems: [] };
  const problems = [`groups.unusable_names: ${name}: ${given.length - usable.length}`];
  return { names: usable.length === 0 ? undefined : usable, problems };
}

function isName(element: unknown): element is string {
  if (typeof element !== 'string') return false;
  if (element.length > maxGroupBytes || Buffer.byteLength(element) > maxGroupBytes) {
    throw new Failure('login_rejected', { detail: 'groups.name_too_long' });
  }
  return isUsableText(element, maxGroupBytes);
}

/** The value under a claim name, JSON pointer or dotted path. Only own properties: `__proto__` is only a name. */
export function valueAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  if (name.startsWith('/')) {
    const tokens = name.slice(1).split('/');
    return walk(
      claims,
      tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~')),
    );
  }
  return name.includes('.') ? walk(claims, name.split('.')) : undefined;
}

function walk(start: unknown, path: readonly string[]): unknown {
  let value = start;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Claims)[key];
  }
  return value;
}

/** Entra's markers: `_claim_names` points to Microsoft Graph, `hasgroups` says "more than fit here". */
function isElsewhere(claims: Claims, name: string): boolean {
  const pointers = claims['_claim_names'];
  if (typeof pointers === 'object' && pointers !== null && Object.hasOwn(pointers, name)) return true;
  const hasgroups = claims['hasgroups'] === true || claims['hasgroups'] === 'true';
  return name === 'groups' && hasgroups && (valueAt(claims, name) ?? null) === null;
}

function tooMany(): Failure {
  return new Failure('login_rejected', { detail: 'groups.too_many' });
}
