import type { IdentityAssertion, Profile, RefusalReason, RoleRule, User } from '../identity/index.ts';
import { formatSource, roleOf } from '../identity/index.ts';
import { changedFields } from './decide.ts';
import { at, quote, type Step, type WhereIs } from './explain-words.ts';
import { groupsAfter } from './reconcile.ts';
import type { JitPolicy, LoginDecision } from './types.ts';

type Rules = JitPolicy & { readonly role: RoleRule };

/** The rule behind each refusal: what it says, and the key of the file that says so. */
const refusals: Readonly<Partial<Record<RefusalReason, readonly [text: string, key: string | undefined]>>> = {
  disabled_locally: ['an administrator disabled this person here', undefined],
  deactivated_by_scim: ['SCIM, or a security event, has this person switched off', undefined],
  email_domain: ['the address is of another domain', 'admit.emailDomains'],
  email_unverified: ['there is no address that the provider vouches for', 'admit.emailDomains'],
  required_group: ['in none of the required groups', 'admit.requireGroups'],
  groups_missing: ['no groups claim came', 'groups.whenMissing'],
  groups_overage: ['the groups are not known whole', 'groups.whenMissing'],
  not_provisioned: ['nobody provisioned this person before', 'jit.create'],
  ambiguous_match: ['more than one person answers, and nobody guesses among them', 'jit.linkBy'],
};

/** What becomes of the login, and which line says so. */
export function outcome(
  assertion: IdentityAssertion,
  decision: LoginDecision,
  matched: User | undefined,
  policy: Rules,
  whereIs: WhereIs,
): Step {
  const title = 'What happens';
  if (decision.kind === 'refuse') {
    const [text, key] = refusals[decision.reason] ?? [];
    const why = text === undefined ? '' : `, ${text}${at(whereIs, key)}`;
    return { title, lines: [`refused: ${decision.reason}${why}`, 'nothing is changed'] };
  }
  // Only somebody to whom the login really belongs has groups that it meets.
  const user = decision.kind === 'sync' ? matched : undefined;
  const { add, remove, source } = decision.memberships;
  const held = [...groupsAfter(user?.memberships ?? [], decision.memberships)].sort();
  return {
    title,
    lines: [
      decision.kind === 'create' ? 'admitted: a new user is created' : 'admitted',
      ...(user === undefined ? [] : profileLines(user.profile, decision.profile)),
      ...(decision.kind === 'sync' && user !== undefined && !hasIdentity(user, decision.identity)
        ? [`joined to this user: ${decision.identity.subject} at ${decision.identity.issuer}`]
        : []),
      ...add.map(
        (group) =>
          `added to ${quote(group)} by ${formatSource(source)}${because(group, assertion, policy, whereIs)}`,
      ),
      ...remove.map(
        (group) =>
          `removed from ${quote(group)}, which ${formatSource(source)} had granted${notAnyMore(group, policy, whereIs)}`,
      ),
      `groups afterwards: ${held.length === 0 ? '(none)' : held.map(quote).join(', ')}`,
      roleLine(policy.role, held, decision.idpRoles, whereIs),
    ],
  };
}

function hasIdentity({ identities }: User, key: { issuer: string; subject: string }): boolean {
  return identities.some(({ issuer, subject }) => issuer === key.issuer && subject === key.subject);
}

function profileLines(before: Profile, after: Profile): string[] {
  return changedFields(before, after).map((field) => {
    const [was, is] = [before[field as keyof Profile], after[field as keyof Profile]];
    return `${field} changes from ${was === undefined ? '(none)' : quote(String(was))} to ${is === undefined ? '(none)' : quote(String(is))}`;
  });
}

/** The names that were sent and stand for the group, and where the file says so. */
function because(group: string, { groups }: IdentityAssertion, policy: Rules, whereIs: WhereIs): string {
  const sent = groups.kind === 'present' ? groups.names : [];
  const lines = policy.groups.map.filter(([name, to]) => to === group && sent.includes(name));
  if (lines.length === 0) return ', under its own name (unmapped: create)';
  return `, for ${lines.map(([name]) => `${quote(name)}${at(whereIs, `groups.map.${name}`)}`).join(', ')}`;
}

/** Why a group is taken away: what the file would hand it out for did not come, or no line hands it out any more. */
function notAnyMore(group: string, policy: Rules, whereIs: WhereIs): string {
  if (policy.scim?.groupsFrom === 'scim') return `: groups come from SCIM${at(whereIs, 'scim.groupsFrom')}`;
  const lines = policy.groups.map.filter(([, to]) => to === group);
  if (lines.length > 0)
    return `: ${lines.map(([name]) => `${quote(name)}${at(whereIs, `groups.map.${name}`)}`).join(', ')} was not sent`;
  return policy.groups.unmapped === 'create'
    ? ': it was not sent'
    : ': no line of the file hands it out (unmapped: ignore)';
}

function roleLine(
  rule: RoleRule,
  held: readonly string[],
  idpRoles: readonly string[],
  whereIs: WhereIs,
): string {
  const role = roleOf(rule, held, idpRoles);
  const [group] = rule.map.find(([name]) => held.includes(name)) ?? [];
  if (group !== undefined) return `role: ${role}, for ${quote(group)}${at(whereIs, `role.map.${group}`)}`;
  const [named] = rule.idpRoles?.find(([name]) => idpRoles.includes(name)) ?? [];
  if (named !== undefined)
    return `role: ${role}, for the role ${quote(named)} that the provider names${at(whereIs, `role.idpRoles.${named}`)}`;
  return `role: ${role} (the default)${at(whereIs, 'role.default')}`;
}
