import {
  groupNames,
  roleOf,
  standingRefusal,
  emailDomain,
  type IdentityAssertion,
  type RefusalReason,
  type User,
} from '../identity/index.ts';
import { decide } from './decide.ts';
import type { LastClaims, PersonChange, PreviewRules } from './preview-types.ts';
import { groupsAfter } from './reconcile.ts';

/** How one person counts in the tally of a provider. */
export interface PersonCount {
  readonly change: PersonChange | undefined;
  /** Memberships by the rules before; undefined for who does not come in by them. */
  readonly held: number | undefined;
  /** Of those, how many would go. */
  readonly removed: number;
}

/**
 * What the rules `after` would make of a person at the next login, if it brought what the last one did. Both sides go
 * through {@link decide}, so that what is told is what happens. Pure.
 *
 * @param claims of the last login at this provider; undefined where none are kept: then the memberships that logins of this
 *   provider granted stand for the names that the map hands them out for
 * @param after undefined: the provider's file is gone
 */
export function previewPerson(
  user: User,
  claims: LastClaims | undefined,
  before: PreviewRules,
  after: PreviewRules | undefined,
): PersonCount {
  const nothing = { change: undefined, held: undefined, removed: 0 };
  // Switched off is switched off, by whatever rules.
  if (standingRefusal(user)) return nothing;
  const last = claims ?? claimsFromMemberships(user, before);
  const now = stateUnder(user, last, before);
  const held = now.refused === undefined ? now.groups.length : undefined;
  const about = { userId: user.id, userName: user.profile.userName, provider: before.id };
  const none = { ...about, gains: [], loses: [] };
  const known = claims === undefined ? 'memberships' : 'claims';

  if (after === undefined) {
    if (now.refused !== undefined) return nothing;
    const change = { ...none, loses: now.groups, refused: 'provider_removed', known } as const;
    return { change, held, removed: now.groups.length };
  }
  if (readsElsewhere(before, after)) {
    if (now.refused !== undefined) return nothing;
    const granted = grantedByLogin(user, before.id);
    return { change: { ...none, known: 'not' }, held, removed: granted.length };
  }
  const then = stateUnder(user, last, after);
  if (then.refused !== undefined) {
    if (now.refused !== undefined) return nothing;
    const change = { ...none, loses: now.groups, refused: then.refused, known } as const;
    return { change, held, removed: now.groups.length };
  }
  const [had, has] = [new Set(now.groups), new Set(then.groups)];
  const gains = then.groups.filter((group) => !had.has(group));
  const loses = now.groups.filter((group) => !has.has(group));
  const differs = gains.length > 0 || loses.length > 0 || now.role !== then.role || now.refused !== undefined;
  const change: PersonChange = {
    ...about,
    gains,
    loses,
    ...(now.role !== then.role && { role: { before: now.role, after: then.role } }),
    ...(now.refused !== undefined && { admitted: now.refused }),
    known,
  };
  return { change: differs ? change : undefined, held, removed: held === undefined ? 0 : loses.length };
}

interface State {
  readonly groups: readonly string[];
  readonly role: string;
  readonly refused: RefusalReason | undefined;
}

function stateUnder(user: User, claims: LastClaims, rules: PreviewRules): State {
  const decision = decide(asAssertion(user, claims), user, rules, 0);
  const isRefused = decision.kind === 'refuse';
  const groups = isRefused
    ? groupNames(user.memberships)
    : [...groupsAfter(user.memberships, decision.memberships)].sort();
  return {
    groups,
    role: roleOf(rules.role, groups, claims.roles),
    refused: isRefused ? decision.reason : undefined,
  };
}

function asAssertion(user: User, claims: LastClaims): IdentityAssertion {
  const { provider, issuer, subject, groups, roles, emailDomain: domain, emailVerified } = claims;
  return {
    provider,
    issuer,
    subject,
    userName: user.profile.userName,
    // Only the domain is decided by, and only the domain is kept.
    ...(domain !== undefined && { email: `somebody@${domain}` }),
    emailVerified,
    groups: typeof groups === 'string' ? { kind: groups } : { kind: 'present', names: groups },
    roles,
    authenticatedAt: claims.at,
    amr: [],
    idpSession: {},
  };
}

function grantedByLogin(user: User, provider: string): string[] {
  return user.memberships
    .filter(({ source }) => source.kind === 'login' && source.provider === provider)
    .map(({ group }) => group);
}

/** The names that logins may have brought: all that the map hands a group out for, and without one the group's own. */
function claimsFromMemberships(user: User, rules: PreviewRules): LastClaims {
  const identity = user.identities.find(({ provider }) => provider === rules.id);
  const { email, emailVerified } = user.profile;
  const names = grantedByLogin(user, rules.id).flatMap((group) => {
    const mapped = rules.groups.map.filter(([, name]) => name === group).map(([name]) => name);
    return mapped.length > 0 ? mapped : [group];
  });
  return {
    provider: rules.id,
    issuer: identity?.issuer ?? '',
    subject: identity?.subject ?? '',
    at: user.lastLoginAt ?? user.updatedAt,
    groups: names,
    roles: user.idpRoles[rules.id] ?? [],
    emailDomain: email === undefined ? undefined : emailDomain(email),
    emailVerified,
  };
}

/** Would group names come from elsewhere? A claim that is read besides takes nothing away. */
export function readsElsewhere(before: PreviewRules, after: PreviewRules): boolean {
  const [was, is] = [before.reads, after.reads];
  return (
    was.claims.some((claim) => !is.claims.includes(claim)) ||
    was.dn !== is.dn ||
    (was.lookup !== undefined && JSON.stringify(was.lookup) !== JSON.stringify(is.lookup))
  );
}
