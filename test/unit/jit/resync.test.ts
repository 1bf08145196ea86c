import { describe, expect, it } from '@jest/globals';
import { Failure, type IdentityAssertion, type User } from '../../../src/identity/index.ts';
import { type JitPolicy, type JitStore, resync } from '../../../src/jit/index.ts';

const policy: JitPolicy = {
  id: 'okta',
  admit: { emailDomains: [], requireGroups: [] },
  jit: { create: true },
  groups: { whenMissing: 'keep', map: [], unmapped: 'create' },
};
const assertion: IdentityAssertion = {
  provider: 'okta',
  issuer: 'https://idp.example',
  subject: 'ann',
  userName: 'ann',
  emailVerified: false,
  groups: { kind: 'present', names: ['engineers'] },
  roles: [],
  authenticatedAt: 1,
  amr: [],
  idpSession: {},
};
const ann: User = {
  id: 'u1',
  profile: { userName: 'ann', emailVerified: false },
  identities: [{ issuer: 'https://idp.example', subject: 'ann', provider: 'okta' }],
  memberships: [{ group: 'engineers', source: { kind: 'login', provider: 'okta' } }],
  idpRoles: {},
  version: 3,
  createdAt: 1,
  updatedAt: 1,
};
const storeOf = (user: User | undefined, conflicts = 0) => {
  const commits: Parameters<JitStore<string>['commitLogin']>[0][] = [];
  const store: JitStore<string> = {
    findByIdentity: async () => user,
    async commitLogin(plan) {
      commits.push(plan);
      if (commits.length <= conflicts) return { kind: 'conflict' };
      return {
        kind: 'committed',
        user: user ?? ann,
        created: false,
        added: [],
        removed: [],
        groupsCreated: [],
      };
    },
  };
  return { store, commits };
};
const run = (store: JitStore<string>, changes: Partial<IdentityAssertion> = {}, rules = policy) =>
  resync(store, { ...assertion, ...changes }, rules, () => 5);

describe('a re-check of somebody who is signed in', () => {
  it('writes nothing where nothing changed', async () => {
    const { store, commits } = storeOf(ann);
    expect(await run(store)).toMatchObject({ kind: 'admitted', user: { id: 'u1' }, created: false });
    expect(commits).toEqual([]);
  });

  it('writes what changed, after conflicts too', async () => {
    const { store, commits } = storeOf(ann, 2);
    const groups = { kind: 'present', names: ['stewards'] } as const;
    expect(await run(store, { groups })).toMatchObject({ kind: 'admitted' });
    expect(commits).toHaveLength(3);
    expect(commits[0]).toMatchObject({
      kind: 'sync',
      memberships: { add: ['stewards'], remove: ['engineers'] },
    });
  });

  it('never creates or links anybody', async () => {
    const { store, commits } = storeOf(undefined);
    expect(await run(store)).toEqual({ kind: 'refused', reason: 'not_provisioned', user: undefined });
    expect(commits).toEqual([]);
  });

  it.each<[string, User, Partial<IdentityAssertion>, JitPolicy, string]>([
    ['somebody who was disabled', { ...ann, disabledAt: 1 }, {}, policy, 'disabled_locally'],
    ['somebody whom SCIM switched off', { ...ann, deactivatedAt: 1 }, {}, policy, 'deactivated_by_scim'],
    [
      'somebody who lost the required group',
      ann,
      { groups: { kind: 'present', names: [] } },
      { ...policy, admit: { emailDomains: [], requireGroups: ['engineers'] } },
      'required_group',
    ],
  ])('refuses %s, and writes nothing', async (_who, user, changes, rules, reason) => {
    const { store, commits } = storeOf(user);
    expect(await run(store, changes, rules)).toMatchObject({ kind: 'refused', reason });
    expect(commits).toEqual([]);
  });

  it('gives up when conflicts do not end', async () => {
    const { store } = storeOf(ann, 1000);
    const groups = { kind: 'present', names: ['stewards'] } as const;
    await expect(run(store, { groups })).rejects.toThrow(Failure);
  });
});
