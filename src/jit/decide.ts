import type { GroupsClaim, IdentityAssertion, Profile, RefusalReason, User } from '../identity/index.ts';
import { emailDomain, standingRefusal } from '../identity/index.ts';
import { sharedId } from './provisioned.ts';
import { groupsAfter, reconcile, wantedGroups } from './reconcile.ts';
import type { JitPolicy, LoginDecision, LoginPlan, MembershipChange } from './types.ts';

/**
 * Decides what a verified login means, from what is known and nothing else: synchronous, total, no I/O, no clock.
 *
 * The order is the precedence of the house, written once: *disabled locally* beats *deactivated by SCIM* beats *what the
 * login claims*; then the provider's file: email domain, groups, required groups, and last whether strangers are created.
 *
 * Somebody whom SCIM made is recognized at the first login: exactly one who has no identity of this provider yet. Two are
 * nobody's guess, and one who is switched off stays so by whatever identity they come.
 *
 * @param assertion who the provider vouches for
 * @param user the user of that (issuer, subject), if there is one
 * @param policy the provider's rules
 * @param now milliseconds since the epoch, recorded in the plan
 * @param provisioned without a user: those whom SCIM made and who match the assertion
 */
export function decide(
  assertion: IdentityAssertion,
  user: User | undefined,
  policy: JitPolicy,
  now: number,
  provisioned: readonly User[] = [],
): LoginDecision {
  const off = user && standingRefusal(user);
  if (off) return refuse(off);
  if (user || provisioned.length === 0) return decideFor(assertion, user, policy, now, false);
  if (provisioned.length > 1) return refuse('ambiguous_match');
  const [found] = provisioned;
  const switchedOff = found && standingRefusal(found);
  if (switchedOff) return refuse(switchedOff);
  const isOthers = found?.identities.some(({ provider }) => provider === policy.id);
  return decideFor(assertion, isOthers ? undefined : found, policy, now, !isOthers);
}

function decideFor(
  assertion: IdentityAssertion,
  user: User | undefined,
  policy: JitPolicy,
  now: number,
  isNewIdentity: boolean,
): LoginDecision {
  const domain = domainRefusal(assertion, policy.admit.emailDomains);
  if (domain) return refuse(domain);

  const claim = claimedGroups(assertion, policy);
  const wanted = wantedGroups(claim, policy.groups, user !== undefined);
  if (wanted === 'groups_missing' || wanted === 'groups_overage') return refuse(wanted);

  const source = { kind: 'login', provider: policy.id } as const;
  const current = user?.memberships ?? [];
  const memberships = reconcile(current, wanted, source);
  if (!hasRequiredGroup(claim, groupsAfter(current, memberships), policy)) return refuse('required_group');

  const externalId = sharedId(assertion, policy);
  const plan: LoginPlan = {
    ...(externalId !== undefined && { externalId }),
    provider: policy.id,
    identity: { issuer: assertion.issuer, subject: assertion.subject },
    profile: mergeProfile(user?.profile, assertion),
    idpRoles: [...new Set(assertion.roles)].sort(),
    memberships,
    now,
  };
  if (!user) return policy.jit.create ? { kind: 'create', ...plan } : refuse('not_provisioned');
  return {
    kind: 'sync',
    ...plan,
    userId: user.id,
    expectedVersion: user.version,
    changesUser: isNewIdentity || changesUser(user, plan),
  };
}

/** Where groups come from SCIM, the claim is as good as an empty list: it grants nothing, and it undoes nothing of SCIM's. */
function claimedGroups(assertion: IdentityAssertion, policy: JitPolicy): GroupsClaim {
  return policy.scim?.groupsFrom === 'scim' ? { kind: 'present', names: [] } : assertion.groups;
}

function refuse(reason: RefusalReason): LoginDecision {
  return { kind: 'refuse', reason };
}

/** `admit.emailDomains` believes only an address that the identity provider vouches for. */
function domainRefusal(assertion: IdentityAssertion, domains: readonly string[]): RefusalReason | undefined {
  if (domains.length === 0) return undefined;
  if (assertion.email === undefined || !assertion.emailVerified) return 'email_unverified';
  const domain = emailDomain(assertion.email);
  return domain !== undefined && domains.includes(domain) ? undefined : 'email_domain';
}

/**
 * `admit.requireGroups` names groups as Doorward calls them; a name that the map does not hand out may also be the
 * identity provider's own (`catalog-users` need not become a group here to be asked for). One suffices.
 */
function hasRequiredGroup(claim: GroupsClaim, groups: ReadonlySet<string>, policy: JitPolicy): boolean {
  const required = policy.admit.requireGroups;
  if (required.length === 0) return true;
  const handedOut = new Set(policy.groups.map.map(([, group]) => group));
  const claimed = new Set(claim.kind === 'present' ? claim.names : []);
  return required.some((name) => groups.has(name) || (!handedOut.has(name) && claimed.has(name)));
}

/** What the login says, over what was known: a claim that is missing today does not erase a name or an address. */
function mergeProfile(known: Profile | undefined, assertion: IdentityAssertion): Profile {
  const { userName, email, emailVerified, displayName, givenName, familyName, locale } = assertion;
  return {
    ...known,
    userName,
    ...(email === undefined ? { emailVerified: known?.emailVerified ?? false } : { email, emailVerified }),
    ...(displayName !== undefined && { displayName }),
    ...(givenName !== undefined && { givenName }),
    ...(familyName !== undefined && { familyName }),
    ...(locale !== undefined && { locale }),
  };
}

const profileFields = [
  'userName',
  'email',
  'emailVerified',
  'displayName',
  'givenName',
  'familyName',
  'locale',
] as const satisfies readonly (keyof Profile)[];

/** The profile fields in which the two differ. */
export function changedFields(before: Profile, after: Profile): string[] {
  return profileFields.filter((field) => before[field] !== after[field]);
}

function changesUser(user: User, plan: LoginPlan): boolean {
  return (
    changedFields(user.profile, plan.profile).length > 0 ||
    !isEmpty(plan.memberships) ||
    !sameList(user.idpRoles[plan.provider] ?? [], plan.idpRoles)
  );
}

function isEmpty(change: MembershipChange): boolean {
  return change.add.length === 0 && change.remove.length === 0;
}

function sameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}
