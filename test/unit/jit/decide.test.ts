import { describe, expect, it } from '@jest/globals';
import type { GroupsClaim, Membership, RefusalReason, User } from '../../../src/identity/index.ts';
import { decide } from '../../../src/jit/index.ts';
import { assertionOf, policyOf, userOf } from '../../support/people.ts';

const now = 5_000;

/** The truth table of decide, whole: every combination of what can refuse, against the written precedence. */
describe('the truth table of decide', () => {
  const users: Record<string, User | undefined> = {
    stranger: undefined,
    active: userOf(),
    disabled: userOf({ disabledAt: 1 }),
    deactivated: userOf({ deactivatedAt: 1 }),
    'disabled and deactivated': userOf({ disabledAt: 1, deactivatedAt: 1 }),
  };
  const emails = {
    none: { emailVerified: false },
    unverified: { email: 'ann@acme.example', emailVerified: false },
    'other domain': { email: 'ann@other.example', emailVerified: true },
    right: { email: 'Ann@ACME.example', emailVerified: true },
  };
  const claims: Record<string, GroupsClaim> = {
    absent: { kind: 'absent' },
    overage: { kind: 'overage' },
    empty: { kind: 'present', names: [] },
    wrong: { kind: 'present', names: ['others'] },
    right: { kind: 'present', names: ['catalog-users'] },
  };

  const rows = Object.entries(users).flatMap(([who, user]) =>
    Object.entries(emails).flatMap(([email, address]) =>
      Object.entries(claims).flatMap(([claim, groups]) =>
        (['keep', 'remove', 'refuse'] as const).flatMap((whenMissing) =>
          [true, false].flatMap((create) =>
            [true, false].flatMap((domainRule) =>
              [true, false].map((groupRule) => ({
                who,
                user,
                email,
                address,
                claim,
                groups,
                whenMissing,
                create,
                domainRule,
                groupRule,
              })),
            ),
          ),
        ),
      ),
    ),
  );

  /** The precedence, spelled out a second time and in other words than the code's. */
  function expected(row: (typeof rows)[number]): RefusalReason | 'create' | 'sync' {
    if (row.who.startsWith('disabled')) return 'disabled_locally';
    if (row.who === 'deactivated') return 'deactivated_by_scim';
    if (row.domainRule && (row.email === 'none' || row.email === 'unverified')) return 'email_unverified';
    if (row.domainRule && row.email === 'other domain') return 'email_domain';
    if (row.claim === 'absent' && row.whenMissing === 'refuse') return 'groups_missing';
    if (row.claim === 'overage' && !(row.who === 'active' && row.whenMissing === 'keep'))
      return 'groups_overage';
    if (row.groupRule && row.claim !== 'right') return 'required_group';
    if (row.who === 'stranger') return row.create ? 'create' : 'not_provisioned';
    return 'sync';
  }

  it('covers every combination', () => {
    expect(rows).toHaveLength(5 * 4 * 5 * 3 * 2 * 2 * 2);
  });

  it('holds in every row', () => {
    for (const row of rows) {
      const { email: _email, ...assertion } = assertionOf();
      const decision = decide(
        { ...assertion, ...row.address, groups: row.groups },
        row.user,
        policyOf({
          admit: {
            emailDomains: row.domainRule ? ['acme.example'] : [],
            requireGroups: row.groupRule ? ['catalog-users'] : [],
          },
          jit: { create: row.create },
          groups: { whenMissing: row.whenMissing },
        }),
        now,
      );
      const outcome = decision.kind === 'refuse' ? decision.reason : decision.kind;
      const { user: _user, address: _address, groups: _groups, ...words } = row;
      expect({ ...words, outcome }).toEqual({ ...words, outcome: expected(row) });
    }
  });
});

describe('groups in the plan', () => {
  const login: Membership['source'] = { kind: 'login', provider: 'okta' };
  const held: Membership[] = [
    { group: 'engineers', source: login },
    { group: 'engineers', source: { kind: 'local' } },
    { group: 'friends', source: { kind: 'local' } },
    { group: 'partners', source: { kind: 'login', provider: 'entra' } },
    { group: 'staff', source: { kind: 'scim', provider: 'okta' } },
  ];

  it('adds what is new, removes what is gone, and leaves other sources alone', () => {
    const decision = decide(
      assertionOf({ groups: { kind: 'present', names: ['Stewards'] } }),
      userOf({ memberships: held }),
      policyOf({ groups: { map: [['Stewards', 'stewards']], unmapped: 'ignore' } }),
      now,
    );
    expect(decision).toMatchObject({
      kind: 'sync',
      changesUser: true,
      memberships: { source: login, add: ['stewards'], remove: ['engineers'] },
    });
  });

  it('keeps memberships when the claim is absent and the file says keep', () => {
    const decision = decide(
      assertionOf({ groups: { kind: 'absent' } }),
      userOf({ memberships: held }),
      policyOf(),
      now,
    );
    expect(decision).toMatchObject({
      kind: 'sync',
      changesUser: false,
      memberships: { add: [], remove: [] },
    });
  });

  it('removes its own memberships when the claim is absent and the file says remove', () => {
    const decision = decide(
      assertionOf({ groups: { kind: 'absent' } }),
      userOf({ memberships: held }),
      policyOf({ groups: { whenMissing: 'remove' } }),
      now,
    );
    expect(decision).toMatchObject({ memberships: { add: [], remove: ['engineers'] } });
  });

  it('removes its own memberships when the list is present and empty, whatever whenMissing says', () => {
    for (const whenMissing of ['keep', 'remove', 'refuse'] as const) {
      const decision = decide(
        assertionOf({ groups: { kind: 'present', names: [] } }),
        userOf({ memberships: held }),
        policyOf({ groups: { whenMissing } }),
        now,
      );
      expect(decision).toMatchObject({ memberships: { add: [], remove: ['engineers'] } });
    }
  });

  it('never takes an unmapped name over when the map hands that name out', () => {
    const decision = decide(
      assertionOf({ groups: { kind: 'present', names: ['stewards', 'crew'] } }),
      undefined,
      policyOf({ groups: { map: [['0f9e', 'stewards']], unmapped: 'create' } }),
      now,
    );
    expect(decision).toMatchObject({ memberships: { add: ['crew'] } });
  });

  it('does not admit by a name of the identity provider that looks like a mapped group', () => {
    const policy = policyOf({
      admit: { requireGroups: ['stewards'] },
      groups: { map: [['0f9e', 'stewards']], unmapped: 'ignore' },
    });
    const names = (list: string[]) => assertionOf({ groups: { kind: 'present', names: list } });
    expect(decide(names(['stewards']), undefined, policy, now)).toEqual({
      kind: 'refuse',
      reason: 'required_group',
    });
    expect(decide(names(['0f9e']), undefined, policy, now)).toMatchObject({ kind: 'create' });
  });

  it('admits by a local membership in a required group', () => {
    const decision = decide(
      assertionOf(),
      userOf({ memberships: [{ group: 'catalog-users', source: { kind: 'local' } }] }),
      policyOf({ admit: { requireGroups: ['catalog-users'] } }),
      now,
    );
    expect(decision.kind).toBe('sync');
  });

  it('does not count a membership that this very login takes away', () => {
    const decision = decide(
      assertionOf(),
      userOf({ memberships: [{ group: 'catalog-users', source: login }] }),
      policyOf({ admit: { requireGroups: ['catalog-users'] } }),
      now,
    );
    expect(decision).toEqual({ kind: 'refuse', reason: 'required_group' });
  });
});

describe('the profile in the plan', () => {
  it('takes new names and addresses over under the same identity', () => {
    const decision = decide(
      assertionOf({ userName: 'ann.b@acme.example', email: 'ann.b@acme.example', displayName: 'Ann B.' }),
      userOf(),
      policyOf(),
      now,
    );
    expect(decision).toMatchObject({
      kind: 'sync',
      changesUser: true,
      profile: { userName: 'ann.b@acme.example', email: 'ann.b@acme.example', displayName: 'Ann B.' },
    });
  });

  it('keeps what is known where the login says nothing', () => {
    const { email: _email, displayName: _name, ...rest } = assertionOf();
    const decision = decide({ ...rest, emailVerified: false }, userOf(), policyOf(), now);
    expect(decision).toMatchObject({ changesUser: false, profile: userOf().profile });
  });
});
