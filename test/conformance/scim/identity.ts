import { describe, expect, it } from '@jest/globals';
import { groupNames } from '../../../src/identity/index.ts';
import { scimProviderOf, type ScimWorld } from '../../support/scim-world.ts';
import { patch } from './case.ts';

let providers = 0;

/** A SCIM user and a login of the same person are one user, whoever comes first. */
export function oneIdentity(world: () => ScimWorld): void {
  async function set(overrides: Parameters<typeof scimProviderOf>[1] = {}, jitCreate = true) {
    providers += 1;
    const provider = `idp-${providers}`;
    world().providers.set(provider, { ...scimProviderOf(provider, overrides), jit: { create: jitCreate } });
    const send = await world().client(provider);
    const issuer = `https://${provider}.example`;
    return {
      provider,
      send,
      signIn: (subject: string, more: object = {}) =>
        world().signIn({
          provider,
          issuer,
          subject,
          userName: `${subject}@acme.example`,
          email: `${subject}@acme.example`,
          ...more,
        }),
      post: async (userName: string, more: object = {}) => send('POST', '/Users', { userName, ...more }),
      groupsOf: async (userId: string) =>
        groupNames((await world().directory.findUser(userId))?.memberships ?? []),
    };
  }
  const admitted = (outcome: Awaited<ReturnType<ScimWorld['signIn']>>) => {
    if (outcome.kind !== 'admitted') throw new Error(`refused: ${outcome.reason}`);
    return outcome;
  };

  describe('a person', () => {
    it('made by SCIM is the one who signs in, with their SCIM groups, by externalId and subject', async () => {
      const { send, signIn, post } = await set({}, false);
      const ann = (await post('ann.renamed', { externalId: 'oid-ann' })).body;
      await send('POST', '/Groups', { displayName: 'stewards', members: [{ value: ann.id }] });
      const outcome = admitted(await signIn('oid-ann', { groups: { kind: 'present', names: ['stale'] } }));
      expect(outcome.created).toBe(false);
      expect(groupNames(outcome.user.memberships)).toEqual(['stewards']);
      expect(outcome.user.identities).toHaveLength(1);
      const again = admitted(await signIn('oid-ann'));
      expect(again.user.id).toBe(outcome.user.id);
    });

    it('who signed in first is the one whom SCIM makes then', async () => {
      const { provider, signIn, post } = await set();
      const { user } = admitted(await signIn('sub-1'));
      const made = await post('sub-1@acme.example', { externalId: 'sub-1', displayName: 'From SCIM' });
      expect(made.status).toBe(201);
      expect(await world().directory.findByName('sub-1@acme.example')).toHaveLength(1);
      expect((await world().directory.findUser(user.id))?.profile.displayName).toBe('From SCIM');
      expect(await world().directory.scim.report(provider)).toMatchObject({
        users: 1,
        neverSignedIn: { total: 0 },
        notProvisioned: { total: 0 },
      });
      expect((await world().events({ type: 'scim.user.created' })).at(-1)).toMatchObject({
        person: 'known',
        userId: user.id,
      });
    });

    it('is made once when the first login and the POST come at the same moment', async () => {
      const { signIn, post, provider } = await set();
      await Promise.all(
        Array.from({ length: 12 }, async (_, index) => {
          const subject = `both-${provider}-${index}`;
          await Promise.all([signIn(subject), post(`${subject}@acme.example`, { externalId: subject })]);
        }),
      );
      for (let index = 0; index < 12; index += 1)
        expect(await world().directory.findByName(`both-${provider}-${index}@acme.example`)).toHaveLength(1);
      expect(await world().directory.scim.report(provider)).toMatchObject({
        users: 12,
        neverSignedIn: { total: 0 },
        notProvisioned: { total: 0 },
      });
    });

    it('whom nobody provisioned is created or refused, as the file says, and reported', async () => {
      const open = await set();
      expect(admitted(await open.signIn('stranger')).created).toBe(true);
      await open.post('never@acme.example', { externalId: 'never' });
      expect(await world().directory.scim.report(open.provider)).toMatchObject({
        neverSignedIn: { total: 1, people: [{ userName: 'never@acme.example' }] },
        notProvisioned: { total: 1, people: [{ userName: 'stranger@acme.example' }] },
      });
      const closed = await set({}, false);
      expect(await closed.signIn('stranger')).toMatchObject({ kind: 'refused', reason: 'not_provisioned' });
    });

    it('who could be two is refused, and nothing is linked', async () => {
      const { signIn, post } = await set();
      await post('one@acme.example', { externalId: 'twin' });
      await post('two@acme.example', { externalId: 'twin' });
      expect(await signIn('twin')).toMatchObject({ kind: 'refused', reason: 'ambiguous_match' });
    });

    it('is not found by a user name unless the file says so', async () => {
      const strict = await set({}, false);
      await strict.post('by-name@acme.example', { externalId: 'other' });
      expect(await strict.signIn('by-name')).toMatchObject({ reason: 'not_provisioned' });
      const byName = await set({ scim: { match: ['subject', 'userName'] } }, false);
      await byName.post('By-Name@acme.example', { externalId: 'other' });
      admitted(await byName.signIn('by-name'));
    });

    it('is found by an address only when it is verified, of an admitted domain, and the file says so', async () => {
      const { signIn, post } = await set(
        { scim: { match: ['email'] }, admit: { emailDomains: ['acme.example'], requireGroups: [] } as never },
        false,
      );
      await post('x-1', { emails: [{ value: 'mail@acme.example' }] });
      const mail = { email: 'MAIL@acme.example', userName: 'other' };
      expect(await signIn('s-1', { ...mail, emailVerified: false })).toMatchObject({
        reason: 'email_unverified',
      });
      expect(await signIn('s-1', { ...mail, email: 'mail@evil.example' })).toMatchObject({
        reason: 'email_domain',
      });
      admitted(await signIn('s-1', mail));
      // Somebody else with the same address does not inherit the account.
      expect(await signIn('s-2', mail)).toMatchObject({ kind: 'refused', reason: 'not_provisioned' });
    });

    it('who was switched off, or deleted, before their first login does not come in by it', async () => {
      const { send, signIn, post } = await set();
      const off = (await post('off@acme.example', { externalId: 'off' })).body;
      await send('PATCH', `/Users/${off.id}`, patch({ op: 'replace', path: 'active', value: false }));
      expect(await signIn('off')).toMatchObject({ reason: 'deactivated_by_scim' });
      const gone = (await post('gone@acme.example', { externalId: 'gone' })).body;
      await send('DELETE', `/Users/${gone.id}`);
      expect(await signIn('gone')).toMatchObject({ reason: 'deactivated_by_scim' });
    });

    it('who comes back is restored, found by externalId before the user name', async () => {
      const { send, signIn, post } = await set({ scim: { onReturn: 'restore' } });
      const first = (await post('back@acme.example', { externalId: 'E-1' })).body;
      const { user } = admitted(await signIn('E-1'));
      await send('DELETE', `/Users/${first.id}`);
      expect(await signIn('E-1')).toMatchObject({ reason: 'deactivated_by_scim' });
      expect(await world().directory.findUser(user.id)).toMatchObject({
        profile: { userName: 'E-1@acme.example' },
      });
      const second = (await post('back.renamed@acme.example', { externalId: 'E-1' })).body;
      expect(second.id).not.toBe(first.id);
      expect(admitted(await signIn('E-1')).user.id).toBe(user.id);
      expect((await world().events({ type: 'user.reactivated' })).at(-1)).toMatchObject({ userId: user.id });
    });

    it('with the user name of somebody who left, and another externalId, is another person', async () => {
      const { send, signIn, post } = await set({ scim: { match: ['subject', 'userName'] } });
      const old = (await post('desk@acme.example', { externalId: 'old-hire' })).body;
      const before = admitted(await signIn('old-hire', { userName: 'desk@acme.example' })).user.id;
      await send('DELETE', `/Users/${old.id}`);
      await post('desk@acme.example', { externalId: 'new-hire' });
      const after = admitted(await signIn('new-hire', { userName: 'desk@acme.example' })).user.id;
      expect(after).not.toBe(before);
      expect(await signIn('old-hire', { userName: 'desk@acme.example' })).toMatchObject({
        reason: 'deactivated_by_scim',
      });
    });

    it('who comes back is a new user where the file says so', async () => {
      const { send, signIn, post } = await set({ scim: { onReturn: 'new' } });
      const first = (await post('back@acme.example', { externalId: 'E-2' })).body;
      const before = admitted(await signIn('E-2')).user.id;
      await send('DELETE', `/Users/${first.id}`);
      await post('back@acme.example', { externalId: 'E-2' });
      const { user } = admitted(await signIn('E-2'));
      expect(user.id).not.toBe(before);
      expect((await world().directory.findUser(before))?.deactivatedAt).toBeDefined();
    });
  });

  describe('groups', () => {
    const claims = (...names: string[]) => ({ groups: { kind: 'present' as const, names } });

    it('come from SCIM, and stale claims never undo them, whoever speaks last', async () => {
      const { send, signIn, post, groupsOf } = await set({ scim: { groupsFrom: 'scim' } });
      const { user } = admitted(await signIn('g-1', claims('claimed')));
      expect(groupNames(user.memberships)).toEqual([]);
      const ann = (await post('g-1@acme.example', { externalId: 'g-1' })).body;
      const group = (
        await send('POST', '/Groups', { displayName: 'from-scim', members: [{ value: ann.id }] })
      ).body;
      admitted(await signIn('g-1', claims('claimed')));
      expect(await groupsOf(user.id)).toEqual(['from-scim']);
      await send(
        'PATCH',
        `/Groups/${group.id}`,
        patch({ op: 'remove', path: `members[value eq "${ann.id}"]` }),
      );
      admitted(await signIn('g-1', claims('from-scim')));
      expect(await groupsOf(user.id)).toEqual([]);
    });

    it('come from claims only, or from both, where the file says so', async () => {
      for (const [groupsFrom, expected] of [
        ['claims', ['claimed']],
        ['both', ['claimed', 'provisioned']],
      ] as const) {
        const { send, signIn, post, groupsOf } = await set({ scim: { groupsFrom } });
        const ann = (await post('g-2@acme.example', { externalId: 'g-2' })).body;
        await send('POST', '/Groups', { displayName: 'provisioned', members: [{ value: ann.id }] });
        const { user } = admitted(await signIn('g-2', claims('claimed')));
        expect(await groupsOf(user.id)).toEqual(expected);
      }
    });

    it('that stand for one Doorward group are united: whoever leaves one stays by the other', async () => {
      const map = [
        ['Data Engineers', 'engineers'],
        ['8f0e-object-id', 'engineers'],
        ['Platform', 'engineers'],
      ] as const;
      const { send, post, groupsOf } = await set({ groups: { map, unmapped: 'ignore' } as never });
      const ann = (await post('u@acme.example')).body.id;
      const [user] = await world().directory.findByName('u@acme.example');
      const groups = await Promise.all(
        [
          { displayName: 'Data Engineers' },
          { displayName: 'Named by id', externalId: '8f0e-object-id' },
          { displayName: 'Unmapped' },
        ].map(
          async (group) => (await send('POST', '/Groups', { ...group, members: [{ value: ann }] })).body.id,
        ),
      );
      expect(await groupsOf(user!.id)).toEqual(['engineers']);
      await send(
        'PATCH',
        `/Groups/${groups[0]}`,
        patch({ op: 'remove', path: 'members', value: [{ value: ann }] }),
      );
      expect(await groupsOf(user!.id)).toEqual(['engineers']);
      await send('DELETE', `/Groups/${groups[1]}`);
      expect(await groupsOf(user!.id)).toEqual([]);
      await send(
        'PATCH',
        `/Groups/${groups[2]}`,
        patch({ op: 'replace', path: 'displayName', value: 'Platform' }),
      );
      expect(await groupsOf(user!.id)).toEqual(['engineers']);
      await send(
        'PATCH',
        `/Groups/${groups[2]}`,
        patch({ op: 'replace', path: 'displayName', value: 'Somewhere else' }),
      );
      expect(await groupsOf(user!.id)).toEqual([]);
    });

    it('keep what an administrator granted by hand', async () => {
      const { send, post, groupsOf } = await set();
      const ann = (await post('hand@acme.example')).body.id;
      const [user] = await world().directory.findByName('hand@acme.example');
      await world().directory.createGroup('by-hand', 1);
      await world().directory.addLocalMembership(user!.id, 'by-hand', 1);
      const group = (await send('POST', '/Groups', { displayName: 'by-hand', members: [{ value: ann }] }))
        .body.id;
      await send('DELETE', `/Groups/${group}`);
      expect(await groupsOf(user!.id)).toEqual(['by-hand']);
    });
  });
}
