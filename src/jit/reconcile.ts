import type { GroupsClaim, Membership, MembershipSource } from '../identity/index.ts';
import { formatSource } from '../identity/index.ts';
import type { JitPolicy, MembershipChange } from './types.ts';

/**
 * The Doorward groups that these names of the identity provider stand for: mapped ones by the provider's map, the others
 * ignored or taken over under their own name. Once each, in code-unit order.
 *
 * With `unmapped: create`, a name that the map hands out is never taken over as it came: whoever can name a group at the
 * identity provider could otherwise walk into a group that the administrator reserved for the mapped one.
 */
export function mapGroups(names: readonly string[], rule: JitPolicy['groups']): string[] {
  const map = new Map(rule.map);
  const reserved = new Set(map.values());
  const groups = new Set<string>();
  for (const name of names) {
    const mapped = map.get(name);
    if (mapped !== undefined) groups.add(mapped);
    else if (rule.unmapped === 'create' && name !== '' && !reserved.has(name)) groups.add(name);
  }
  return [...groups].sort();
}

/**
 * What a groups claim asks of the memberships under `source`:
 * the wanted groups, or `keep` (change nothing), or a reason to refuse.
 * An overage is never "no groups": it keeps what a known person has where the file says keep, and refuses otherwise.
 */
export function wantedGroups(
  claim: GroupsClaim,
  rule: JitPolicy['groups'],
  isKnown: boolean,
): readonly string[] | 'keep' | 'groups_missing' | 'groups_overage' {
  switch (claim.kind) {
    case 'present':
      return mapGroups(claim.names, rule);
    case 'overage':
      return (claim.onFailure ?? rule.whenMissing) === 'keep' && isKnown ? 'keep' : 'groups_overage';
    case 'absent':
      if (rule.whenMissing === 'refuse') return 'groups_missing';
      return rule.whenMissing === 'remove' ? [] : 'keep';
  }
}

/**
 * The smallest change that makes the memberships under `source` equal to `wanted`. Memberships of any other source are
 * not looked at: an administrator's, another provider's and SCIM's grants survive every login.
 */
export function reconcile(
  current: readonly Membership[],
  wanted: readonly string[] | 'keep',
  source: MembershipSource,
): MembershipChange {
  if (wanted === 'keep') return { source, add: [], remove: [] };
  const own = formatSource(source);
  const held = new Set(current.filter((each) => formatSource(each.source) === own).map((each) => each.group));
  const target = new Set(wanted);
  return {
    source,
    add: [...target].filter((group) => !held.has(group)).sort(),
    remove: [...held].filter((group) => !target.has(group)).sort(),
  };
}

/** The names of all groups a person is in once the change is made, whatever the source. */
export function groupsAfter(current: readonly Membership[], change: MembershipChange): Set<string> {
  const own = formatSource(change.source);
  const removed = new Set(change.remove);
  const kept = current.filter((each) => formatSource(each.source) !== own || !removed.has(each.group));
  return new Set([...kept.map((each) => each.group), ...change.add]);
}
