import type { IdentityAssertion, RoleRule, User } from '../identity/index.ts';
import { formatSource, standingRefusal } from '../identity/index.ts';
import { decide } from './decide.ts';
import { outcome } from './explain-outcome.ts';
import { at, quote, type Step, type WhereIs } from './explain-words.ts';
import type { Candidates } from './login.ts';
import type { JitPolicy, LoginDecision } from './types.ts';

export interface Explanation {
  readonly steps: readonly Step[];
  readonly decision: LoginDecision;
}

/**
 * Tells a login step by step: what was read, whom it matches, what the file's rules make of it, what would change. It goes
 * through {@link decide}, so that what is told is what happens. Pure; changes nothing.
 */
export function explain(
  assertion: IdentityAssertion,
  user: User | undefined,
  policy: JitPolicy & { readonly role: RoleRule },
  now: number,
  whereIs: WhereIs,
  candidates: Candidates = { people: [], by: undefined },
): Explanation {
  const { people } = candidates;
  const decision = decide(assertion, user, policy, now, people);
  const matched = user ?? (people.length === 1 ? people[0] : undefined);
  const steps = [
    read(assertion),
    match(assertion, user, candidates, policy, whereIs),
    rules(assertion, policy, whereIs),
    mapping(assertion, policy, whereIs),
  ];
  return { steps: [...steps, outcome(assertion, decision, matched, policy, whereIs)], decision };
}

function read(assertion: IdentityAssertion): Step {
  const { groups } = assertion;
  const said =
    groups.kind === 'present'
      ? `groups: ${groups.names.length === 0 ? 'an empty list' : groups.names.map(quote).join(', ')}`
      : groups.kind === 'absent'
        ? 'groups: no groups claim came, which is not the same as "no groups"'
        : 'groups: too many to be listed (overage), and they could not be fetched';
  return {
    title: 'What the provider says',
    lines: [
      `issuer: ${assertion.issuer}`,
      `subject: ${assertion.subject}`,
      `user name: ${assertion.userName}`,
      `name: ${assertion.displayName ?? '(none)'}`,
      `email: ${assertion.email === undefined ? '(none)' : `${assertion.email}, ${assertion.emailVerified ? 'verified' : 'not verified'}`}`,
      said,
      ...(assertion.roles.length > 0 ? [`roles: ${assertion.roles.map(quote).join(', ')}`] : []),
    ],
  };
}

function match(
  assertion: IdentityAssertion,
  known: User | undefined,
  { people, by }: Candidates,
  policy: JitPolicy,
  whereIs: WhereIs,
): Step {
  const title = 'Whom it matches';
  const how =
    by === 'scim'
      ? `made by SCIM${at(whereIs, 'scim.match')}, not signed in yet`
      : by === 'expected'
        ? 'added by an administrator, not signed in yet'
        : `linked by ${policy.jit.linkBy ?? 'none'}${at(whereIs, 'jit.linkBy')}`;
  const user = known ?? (people.length === 1 ? people[0] : undefined);
  if (!user) {
    const found = people.map(({ id, profile }) => `answers to it, ${how}: ${profile.userName} (${id})`);
    return { title, lines: ['nobody has this issuer and subject: this would be a first login', ...found] };
  }
  if (!known && user.identities.some(({ provider }) => provider === policy.id)) {
    return {
      title,
      lines: [
        'nobody has this issuer and subject: this would be a first login',
        `${user.profile.userName} (${user.id}) answers to it, but has an identity at this provider already: somebody else`,
      ],
    };
  }
  const off = standingRefusal(user);
  return {
    title,
    lines: [
      `user ${user.profile.userName} (${user.id}), ${known ? 'by issuer and subject' : how}`,
      off === 'disabled_locally'
        ? 'disabled here by an administrator: no login changes that'
        : off === 'deactivated_by_scim'
          ? 'switched off by SCIM: no login changes that'
          : 'active',
      ...user.memberships.map((each) => `member of ${quote(each.group)} by ${formatSource(each.source)}`),
      ...(assertion.userName === user.profile.userName
        ? []
        : [`the user name changes to ${assertion.userName}`]),
    ],
  };
}

function rules(assertion: IdentityAssertion, policy: JitPolicy, whereIs: WhereIs): Step {
  const { emailDomains, requireGroups } = policy.admit;
  return {
    title: 'Who may come in',
    lines: [
      emailDomains.length === 0
        ? 'any email domain'
        : `email domains: ${emailDomains.join(', ')}, and the address must be verified${at(whereIs, 'admit.emailDomains')}; it is ${assertion.email ?? 'missing'}, ${assertion.emailVerified ? 'verified' : 'not verified'}`,
      requireGroups.length === 0
        ? 'no group is required'
        : `one of these groups: ${requireGroups.map(quote).join(', ')}${at(whereIs, 'admit.requireGroups')}`,
      policy.jit.create
        ? 'strangers are created'
        : `only people provisioned before${at(whereIs, 'jit.create')}`,
    ],
  };
}

function mapping(assertion: IdentityAssertion, policy: JitPolicy, whereIs: WhereIs): Step {
  const title = 'What the groups become';
  if (policy.scim?.groupsFrom === 'scim') {
    return {
      title,
      lines: [
        `groups come from SCIM; what the login claims is not looked at${at(whereIs, 'scim.groupsFrom')}`,
      ],
    };
  }
  if (assertion.groups.kind !== 'present') {
    return {
      title,
      lines: [`whenMissing: ${policy.groups.whenMissing}${at(whereIs, 'groups.whenMissing')}`],
    };
  }
  const map = new Map(policy.groups.map);
  const reserved = new Set(map.values());
  const lines = assertion.groups.names.map((name) => {
    const group = map.get(name);
    if (group !== undefined) return `${quote(name)} → ${quote(group)}${at(whereIs, `groups.map.${name}`)}`;
    if (policy.groups.unmapped === 'ignore') return `${quote(name)} is ignored (unmapped: ignore)`;
    if (reserved.has(name)) return `${quote(name)} is ignored: the map hands that name out to others`;
    return `${quote(name)} is taken over as it is (unmapped: create)`;
  });
  return { title, lines: lines.length === 0 ? ['an empty list: nothing is granted'] : lines };
}
