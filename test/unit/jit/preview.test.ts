import { describe, expect, it } from '@jest/globals';
import { silentLog, type User } from '../../../src/identity/index.ts';
import {
  createClaimsKeeper,
  lastClaimsOf,
  overTheLimit,
  preview,
  previewPerson,
  type LastClaims,
  type PersonChange,
  type PreviewRules,
} from '../../../src/jit/index.ts';
import { assertionOf, policyOf, userOf } from '../../support/people.ts';

type Overrides = Parameters<typeof policyOf>[0] & Partial<Pick<PreviewRules, 'role' | 'reads'>>;

const rulesOf = ({ role, reads, ...policy }: Overrides = {}): PreviewRules => ({
  ...policyOf({
    ...policy,
    groups: { unmapped: 'ignore', map: [['Data', 'engineers']], ...policy.groups },
  }),
  role: role ?? { default: 'guest', map: [['engineers', 'member']] },
  reads: reads ?? { claims: ['groups'] },
});

const claimsOf = (overrides: Partial<LastClaims> = {}): LastClaims => ({
  issuer: 'https://acme.okta.example',
  subject: '00u1',
  provider: 'okta',
  at: 5,
  groups: ['Data'],
  roles: [],
  emailDomain: 'acme.example',
  emailVerified: true,
  ...overrides,
});

const byOkta = { kind: 'login', provider: 'okta' } as const;
const engineer = userOf({ memberships: [{ group: 'engineers', source: byOkta }] });

describe('a preview of one person', () => {
  it('is silent where the rules come to the same', () => {
    const after = rulesOf({
      groups: {
        map: [
          ['Other', 'x'],
          ['Data', 'engineers'],
        ],
      },
    });
    expect(previewPerson(engineer, claimsOf(), rulesOf(), after)).toEqual({
      change: undefined,
      held: 1,
      removed: 0,
    });
  });

  it('tells the groups gained and lost, and the role that follows', () => {
    const after = rulesOf({ groups: { map: [['Data', 'platform']] } });
    const { change, held, removed } = previewPerson(engineer, claimsOf(), rulesOf(), after);
    expect(change).toEqual({
      userId: engineer.id,
      userName: 'ann@acme.example',
      provider: 'okta',
      gains: ['platform'],
      loses: ['engineers'],
      role: { before: 'member', after: 'guest' },
      known: 'claims',
    });
    expect([held, removed]).toEqual([1, 1]);
  });

  it('leaves alone what an administrator or another provider granted', () => {
    const user = userOf({
      memberships: [...engineer.memberships, { group: 'engineers', source: { kind: 'local' } }],
    });
    const after = rulesOf({ groups: { map: [] } });
    expect(previewPerson(user, claimsOf(), rulesOf(), after).change).toBeUndefined();
  });

  it('tells who would not come in any more, and loses all; and who would come in again', () => {
    const strict = rulesOf({ admit: { requireGroups: ['platform'] } });
    expect(previewPerson(engineer, claimsOf(), rulesOf(), strict)).toMatchObject({
      change: { refused: 'required_group', loses: ['engineers'] },
      held: 1,
      removed: 1,
    });
    expect(previewPerson(engineer, claimsOf(), strict, rulesOf())).toMatchObject({
      change: { admitted: 'required_group', loses: [] },
      held: undefined,
      removed: 0,
    });
    const domain = rulesOf({ admit: { emailDomains: ['other.example'] } });
    expect(previewPerson(engineer, claimsOf(), rulesOf(), domain).change?.refused).toBe('email_domain');
    const unverified = claimsOf({ emailVerified: false });
    expect(previewPerson(engineer, unverified, rulesOf(), domain).change?.refused).toBe('email_unverified');
  });

  it('says nothing of somebody who is switched off: no rule lets them in', () => {
    const off = { ...engineer, disabledAt: 1 };
    expect(previewPerson(off, claimsOf(), rulesOf(), undefined)).toEqual({
      change: undefined,
      held: undefined,
      removed: 0,
    });
  });

  it('takes everything from the people of a provider whose file is gone', () => {
    expect(previewPerson(engineer, claimsOf(), rulesOf(), undefined)).toMatchObject({
      change: { refused: 'provider_removed', loses: ['engineers'] },
      removed: 1,
    });
  });

  it('draws claims from memberships where none are kept', () => {
    const after = rulesOf({ groups: { map: [['Data', 'platform']] } });
    expect(previewPerson(engineer, undefined, rulesOf(), after).change).toMatchObject({
      gains: ['platform'],
      loses: ['engineers'],
      known: 'memberships',
    });
  });

  it('does not guess when group names would come from another claim, and counts what logins granted as lost', () => {
    const after = rulesOf({ reads: { claims: ['roles'] } });
    expect(previewPerson(engineer, claimsOf(), rulesOf(), after)).toMatchObject({
      change: { known: 'not', gains: [], loses: [] },
      removed: 1,
    });
    const more = rulesOf({ reads: { claims: ['groups', 'roles'] } });
    expect(previewPerson(engineer, claimsOf(), rulesOf(), more).change).toBeUndefined();
  });

  it('keeps the groups of somebody whose claim is missing, or whose list was too long, where the file keeps them', () => {
    const after = rulesOf({ groups: { map: [], whenMissing: 'keep' } });
    for (const groups of ['absent', 'overage'] as const)
      expect(previewPerson(engineer, claimsOf({ groups }), rulesOf(), after).change).toBeUndefined();
    const removing = rulesOf({ groups: { whenMissing: 'remove' } });
    expect(
      previewPerson(engineer, claimsOf({ groups: 'absent' }), rulesOf(), removing).change?.loses,
    ).toEqual(['engineers']);
  });
});

describe('a preview of everybody', () => {
  const people = Array.from({ length: 450 }, (_, index): User => {
    const number = String(index).padStart(4, '0');
    return {
      ...engineer,
      id: `id-${number}`,
      identities: [{ provider: 'okta', issuer: 'https://acme.okta.example', subject: number }],
    };
  });
  const store = {
    listKnownLogins: ({ after = '', limit }: { after?: string | undefined; limit: number }) =>
      Promise.resolve(
        people
          .filter(({ id }) => id > after)
          .slice(0, limit)
          .map((user, index) => ({
            user,
            claims: [
              claimsOf({ subject: user.id, groups: index % 10 === 0 ? ['Data', 'Ops'] : ['Data'] }),
              claimsOf({ subject: user.id, groups: [], at: 1 }),
            ],
          })),
      ),
  };

  it('goes through all pages, tells whom it concerns, and how much is taken away', async () => {
    const changes: PersonChange[] = [];
    const progress: number[] = [];
    const before = rulesOf({ groups: { map: [['Data', 'engineers']] } });
    const after = rulesOf({ groups: { map: [['Ops', 'engineers']] } });
    const result = await preview(store, [before], [after], {
      onPerson: (change) => changes.push(change),
      onProgress: (count) => progress.push(count),
    });
    expect(progress).toEqual([200, 400, 450]);
    expect(changes).toHaveLength(405);
    expect(result.providers).toEqual([
      {
        provider: 'okta',
        people: 450,
        changed: 405,
        memberships: 450,
        gained: 0,
        lost: 405,
        refused: 0,
        roles: 405,
        untold: 0,
        share: 0.9,
      },
    ]);
    expect(overTheLimit(result, 0.9)).toEqual([]);
    expect(overTheLimit(result, 0.89)).toHaveLength(1);
  });

  it('reads nobody when nothing of the rules has changed for those who came before', async () => {
    const deaf = { listKnownLogins: () => Promise.reject(new Error('was asked')) };
    const strangers = { ...rulesOf(), jit: { create: false } };
    expect(await preview({ listKnownLogins: async () => [] }, [rulesOf()], [strangers])).toEqual({
      people: 0,
      providers: [],
    });
    await expect(preview(deaf, [rulesOf()], [])).rejects.toThrow('was asked');
  });
});

describe('last claims', () => {
  it('hold the groups, the roles and the domain of the address, and nothing else of a person', () => {
    const claims = lastClaimsOf(
      assertionOf({
        groups: { kind: 'present', names: ['b', 'a', 'b'] },
        email: 'Ann.Secret@ACME.example',
        idpSession: { idToken: 'eyJ.secret' } as never,
      }),
      7,
    );
    expect(claims).toEqual(claimsOf({ at: 7, groups: ['a', 'b'] }));
    expect(JSON.stringify(claims)).not.toMatch(/secret|Ann/i);
  });

  it('are written together, once for each identity, and not again while they are the same', async () => {
    const written: (readonly LastClaims[])[] = [];
    const keeper = createClaimsKeeper(
      { keepClaims: (batch) => Promise.resolve(void written.push(batch)) },
      { now: () => 1, log: silentLog },
    );
    const groups = (...names: string[]) => assertionOf({ groups: { kind: 'present', names } });
    keeper.keep(groups('a'));
    keeper.keep(groups('b'));
    await keeper.flush();
    keeper.keep(groups('b'));
    await keeper.flush();
    keeper.keep(groups('c'));
    await keeper.flush();
    expect(written.map((batch) => batch.map((each) => each.groups))).toEqual([[['b']], [['c']]]);
  });

  it('are tried again at the next login when the directory could not take them', async () => {
    let down = true;
    const written: LastClaims[] = [];
    const keeper = createClaimsKeeper(
      {
        keepClaims(batch) {
          if (down) return Promise.reject(new Error('down'));
          written.push(...batch);
          return Promise.resolve();
        },
      },
      { now: () => 1, log: silentLog },
    );
    keeper.keep(assertionOf());
    await keeper.flush();
    down = false;
    keeper.keep(assertionOf());
    await keeper.flush();
    expect(written).toHaveLength(1);
  });
});
