import { previewPerson } from './preview-person.ts';
import type {
  LastClaims,
  PersonChange,
  Preview,
  PreviewRules,
  PreviewStore,
  ProviderTally,
} from './preview-types.ts';

/** People who are looked at together; between two pages other work of the process goes on. */
const page = 200;

/** Ids of the providers whose people other rules could do anything to: those that differ, and those that are gone. */
export function changedProviders(
  before: readonly PreviewRules[],
  after: readonly PreviewRules[],
): readonly string[] {
  return before
    .filter((rules) => {
      const next = after.find(({ id }) => id === rules.id);
      return next === undefined || textOf(rules) !== textOf(next);
    })
    .map(({ id }) => id);
}

/**
 * What other rules would do to everybody who has signed in at a provider that they change: read page by page, decided by
 * {@link previewPerson}, counted. Changes nothing.
 *
 * @param onPerson told of everybody for whom something changes, in the order of user ids
 * @param onProgress told how many people have been looked at
 */
export async function preview(
  store: PreviewStore,
  before: readonly PreviewRules[],
  after: readonly PreviewRules[],
  told: {
    readonly onPerson?: (change: PersonChange) => void;
    readonly onProgress?: (people: number) => void;
  } = {},
): Promise<Preview> {
  const ids = changedProviders(before, after);
  const tallies = new Map(ids.map((id) => [id, emptyTally(id)]));
  const pairs = before
    .filter(({ id }) => tallies.has(id))
    .map((rules) => [rules, after.find(({ id }) => id === rules.id)] as const);
  let people = 0;
  let last: string | undefined;
  for (;;) {
    const found = await store.listKnownLogins({ providers: ids, after: last, limit: page });
    for (const { user, claims } of found) {
      for (const [rules, next] of pairs) {
        const own = newest(claims, rules.id);
        const hasIdentity = user.identities.some(({ provider }) => provider === rules.id);
        const tally = tallies.get(rules.id);
        if ((!own && !hasIdentity) || !tally) continue;
        const { change, held, removed } = previewPerson(user, own, rules, next);
        count(tally, change, held, removed);
        if (change) told.onPerson?.(change);
      }
    }
    people += found.length;
    told.onProgress?.(people);
    last = found.at(-1)?.user.id;
    if (found.length < page) break;
  }
  return { people, providers: [...tallies.values()].map(finished) };
}

/** Providers of whose people more than this share, 0 to 1, would lose memberships or be refused. */
export function overTheLimit(result: Preview, limit: number): readonly ProviderTally[] {
  return result.providers.filter(({ share }) => share > limit);
}

type Tally = { -readonly [Key in keyof Omit<ProviderTally, 'share'>]: ProviderTally[Key] } & {
  removed: number;
};

function emptyTally(provider: string): Tally {
  const zero = { people: 0, changed: 0, memberships: 0, gained: 0, lost: 0, refused: 0, roles: 0, untold: 0 };
  return { provider, ...zero, removed: 0 };
}

function count(
  tally: Tally,
  change: PersonChange | undefined,
  held: number | undefined,
  removed: number,
): void {
  if (held !== undefined) tally.people += 1;
  tally.memberships += held ?? 0;
  tally.removed += removed;
  if (!change) return;
  tally.changed += 1;
  tally.gained += change.gains.length;
  tally.lost += change.loses.length;
  if (change.refused !== undefined) tally.refused += 1;
  if (change.role !== undefined) tally.roles += 1;
  if (change.known === 'not') tally.untold += 1;
}

function finished({ removed, ...tally }: Tally): ProviderTally {
  const memberships = tally.memberships === 0 ? 0 : removed / tally.memberships;
  const people = tally.people === 0 ? 0 : tally.refused / tally.people;
  return { ...tally, share: Math.max(memberships, people) };
}

function newest(claims: readonly LastClaims[], provider: string): LastClaims | undefined {
  return claims.filter((each) => each.provider === provider).toSorted((one, other) => other.at - one.at)[0];
}

/** What people who have come before are decided by: whether strangers are created is no matter to them. */
function textOf({ id, admit, groups, role, scim, reads }: PreviewRules): string {
  return JSON.stringify([
    id,
    admit.emailDomains,
    admit.requireGroups,
    groups.whenMissing,
    groups.map,
    groups.unmapped,
    role.default,
    role.map,
    role.idpRoles ?? [],
    scim?.groupsFrom ?? 'none',
    reads.claims,
    reads.dn ?? 'whole',
    reads.lookup ?? 'none',
  ]);
}
