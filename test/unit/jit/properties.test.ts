import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { GroupsClaim, Membership, User } from '../../../src/identity/index.ts';
import { formatSource, parseSource } from '../../../src/identity/index.ts';
import { decide } from '../../../src/jit/index.ts';
import type { CreatePlan, JitPolicy, SyncPlan } from '../../../src/jit/index.ts';
import { assertionOf, policyOf, userOf } from '../../support/people.ts';

const name = fc.oneof(
  fc.constantFrom('engineers', 'stewards', 'a,b', '__proto__', 'constructor', 'Łódź', '🦉', 'catalog-users'),
  fc.string({ minLength: 1, maxLength: 12 }),
);
const source = fc.constantFrom('local', 'login:okta', 'login:entra', 'scim:okta').map(parseSource);
const memberships = fc.uniqueArray(fc.record({ group: name, source }), {
  selector: (each) => `${each.group}\n${formatSource(each.source)}`,
});
const claim: fc.Arbitrary<GroupsClaim> = fc.oneof(
  fc.constant({ kind: 'absent' } as const),
  fc.constant({ kind: 'overage' } as const),
  fc.array(name, { maxLength: 12 }).map((names) => ({ kind: 'present', names }) as const),
);
const policy: fc.Arbitrary<JitPolicy> = fc
  .record({
    create: fc.boolean(),
    whenMissing: fc.constantFrom('keep', 'remove', 'refuse' as const),
    unmapped: fc.constantFrom('ignore', 'create' as const),
    map: fc.array(fc.tuple(name, name), { maxLength: 5 }),
    requireGroups: fc.array(name, { maxLength: 2 }),
    emailDomains: fc.constantFrom<string[]>([], ['acme.example']),
  })
  .map(({ create, whenMissing, unmapped, map, requireGroups, emailDomains }) =>
    policyOf({
      admit: { emailDomains, requireGroups },
      jit: { create },
      groups: { whenMissing, unmapped, map: [...new Map(map)] },
    }),
  );
const user: fc.Arbitrary<User> = fc
  .record({ memberships, disabled: fc.boolean(), deactivated: fc.boolean() })
  .map(({ memberships, disabled, deactivated }) =>
    userOf({ memberships, ...(disabled && { disabledAt: 1 }), ...(deactivated && { deactivatedAt: 2 }) }),
  );

/** What a store does with a plan, in the plainest way. */
function applied(plan: CreatePlan | SyncPlan, before: User | undefined): User {
  const own = formatSource(plan.memberships.source);
  const kept = (before?.memberships ?? []).filter(
    (each) => formatSource(each.source) !== own || !plan.memberships.remove.includes(each.group),
  );
  const added = plan.memberships.add.map((group) => ({ group, source: plan.memberships.source }));
  return userOf({
    ...before,
    profile: plan.profile,
    memberships: [...kept, ...added],
    idpRoles: { ...before?.idpRoles, [plan.provider]: plan.idpRoles },
  });
}

const foreign = (list: readonly Membership[]) =>
  list.filter((each) => formatSource(each.source) !== 'login:okta');

describe('decide, whatever it is given', () => {
  it('never lets a disabled or deactivated user in', () => {
    fc.assert(
      fc.property(user, claim, policy, (user, groups, policy) => {
        const decision = decide(assertionOf({ groups }), user, policy, 0);
        if (user.disabledAt !== undefined || user.deactivatedAt !== undefined)
          expect(decision.kind).toBe('refuse');
      }),
    );
  });

  it('changes nothing when the same login comes again', () => {
    fc.assert(
      fc.property(fc.option(user, { nil: undefined }), claim, policy, (user, groups, policy) => {
        const assertion = assertionOf({ groups });
        const first = decide(assertion, user, policy, 0);
        if (first.kind === 'refuse') return;
        const second = decide(assertion, applied(first, user), policy, 1);
        // An overage that created nobody is refused at first sight, so a plan can only be repeated.
        expect(second).toMatchObject({
          kind: 'sync',
          changesUser: false,
          memberships: { add: [], remove: [] },
        });
      }),
    );
  });

  it('never touches a membership of another source', () => {
    fc.assert(
      fc.property(user, claim, policy, (user, groups, policy) => {
        const decision = decide(assertionOf({ groups }), user, policy, 0);
        if (decision.kind === 'refuse') return;
        expect(foreign(applied(decision, user).memberships)).toEqual(foreign(user.memberships));
      }),
    );
  });

  it('gives the same result for any order and repetition of the same groups', () => {
    fc.assert(
      fc.property(
        user,
        fc.array(name),
        policy,
        fc.infiniteStream(fc.nat()),
        (user, names, policy, stream) => {
          const shuffled = [...names, ...names.slice(0, 2)]
            .map((each) => [stream.next().value, each] as const)
            .sort(([left], [right]) => left - right)
            .map(([, each]) => each);
          const decisions = [names, shuffled].map((list) =>
            decide(assertionOf({ groups: { kind: 'present', names: list } }), user, policy, 0),
          );
          expect(decisions[1]).toEqual(decisions[0]);
        },
      ),
    );
  });

  it('never removes anything on an absent or overflowing claim unless the file says remove', () => {
    fc.assert(
      fc.property(user, fc.constantFrom('absent', 'overage' as const), policy, (user, kind, policy) => {
        const decision = decide(assertionOf({ groups: { kind } }), user, policy, 0);
        if (decision.kind === 'refuse' || (kind === 'absent' && policy.groups.whenMissing === 'remove'))
          return;
        expect(decision.memberships).toMatchObject({ add: [], remove: [] });
      }),
    );
  });
});
