import { describe, expect, it } from '@jest/globals';
import { scimProviderOf, type ScimWorld, type Send } from '../../support/scim-world.ts';
import { coreUser, patch } from './case.ts';

const roads: readonly (readonly [string, (send: Send, id: string) => ReturnType<Send>])[] = [
  [
    'PATCH with a path',
    (send, id) => send('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'active', value: false })),
  ],
  [
    'PATCH with a path and a text',
    (send, id) => send('PATCH', `/Users/${id}`, patch({ op: 'Replace', path: 'active', value: 'False' })),
  ],
  [
    'PATCH without a path',
    (send, id) => send('PATCH', `/Users/${id}`, patch({ op: 'replace', value: { active: false } })),
  ],
  [
    'PATCH by URN',
    (send, id) =>
      send('PATCH', `/Users/${id}`, patch({ op: 'replace', path: `${coreUser}:active`, value: false })),
  ],
  [
    'PATCH by URN without a path',
    (send, id) =>
      send('PATCH', `/Users/${id}`, patch({ op: 'replace', value: { [`${coreUser}:active`]: false } })),
  ],
  [
    'PUT',
    (send, id) => send('PUT', `/Users/${id}`, { schemas: [coreUser], userName: `of-${id}`, active: false }),
  ],
  ['DELETE', (send, id) => send('DELETE', `/Users/${id}`)],
  [
    'Bulk',
    (send, id) =>
      send('POST', '/Bulk', {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
        Operations: [
          { method: 'PATCH', path: `/Users/${id}`, data: patch({ op: 'replace', value: { active: false } }) },
        ],
      }),
  ],
];

/** `active: false` ends the person's sessions in the same operation, by every road. */
export function sessionsEnd(world: () => ScimWorld): void {
  describe('active: false', () => {
    it.each(roads)(
      'ends the sessions of that person, and of nobody else, by %s',
      async (road, deactivate) => {
        const provider = `sessions-${road.replaceAll(/\W+/g, '-').toLowerCase()}`;
        world().providers.set(
          provider,
          scimProviderOf(provider, { groups: { map: [], unmapped: 'create' } }),
        );
        const send = await world().client(provider);
        const [ann, bob] = [
          (await send('POST', '/Users', { userName: `ann-${provider}` })).body.id as string,
          (await send('POST', '/Users', { userName: `bob-${provider}` })).body.id as string,
        ];
        await send('POST', '/Groups', {
          displayName: `team-${provider}`,
          members: [{ value: ann }, { value: bob }],
        });
        const [annUser] = await world().directory.findByName(`ann-${provider}`);
        const [bobUser] = await world().directory.findByName(`bob-${provider}`);
        const sessions = await Promise.all([1, 2].map(() => world().openSession(annUser!.id)));
        const other = await world().openSession(bobUser!.id);

        const reply = await deactivate(send, ann);
        expect(reply.status).toBeLessThan(300);

        for (const session of sessions) expect(await session.isAlive()).toBe(false);
        expect(await other.isAlive()).toBe(true);
        const snapshot = await world().directory.snapshot(annUser!.id);
        expect(snapshot?.deactivatedAt).toBeDefined();
        if (road !== 'DELETE') expect(snapshot?.groups).toEqual([`team-${provider}`]);
        const events = await world().events({ type: 'session.ended' });
        const own = events.filter((event) => event.userId === annUser!.id);
        expect(own).toHaveLength(2);
        expect(own[0]).toMatchObject({
          cause: 'deactivated',
          actor: { kind: 'scim', name: `${provider} sync` },
        });
        expect(
          (await world().events({ type: 'user.deactivated' })).filter(
            (event) => event.userId === annUser!.id,
          ),
        ).toHaveLength(1);
      },
    );

    it('in a POST ends the sessions of somebody who had signed in before', async () => {
      world().providers.set('late', scimProviderOf('late'));
      const send = await world().client('late');
      const outcome = await world().signIn({
        provider: 'late',
        issuer: 'https://late.example',
        subject: 'S-1',
      });
      if (outcome.kind !== 'admitted') throw new Error('refused');
      const session = await world().openSession(outcome.user.id);
      const made = await send('POST', '/Users', {
        userName: 'late@acme.example',
        externalId: 'S-1',
        active: false,
      });
      expect(made.body).toMatchObject({ active: false });
      expect(await session.isAlive()).toBe(false);
      expect(
        await world().signIn({ provider: 'late', issuer: 'https://late.example', subject: 'S-1' }),
      ).toMatchObject({
        kind: 'refused',
        reason: 'deactivated_by_scim',
      });
    });

    it('keeps a local disable apart: active: true revives only what SCIM switched off', async () => {
      world().providers.set('apart', scimProviderOf('apart'));
      const send = await world().client('apart');
      const { id } = (await send('POST', '/Users', { userName: 'apart@acme.example' })).body;
      const [user] = await world().directory.findByName('apart@acme.example');
      const set = (active: boolean) =>
        send('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'active', value: active }));
      const standing = async () => {
        const { disabledAt, deactivatedAt } = (await world().directory.snapshot(user!.id))!;
        return [disabledAt !== undefined, deactivatedAt !== undefined];
      };

      await world().directory.setDisabled(user!.id, { at: 5 });
      await set(false);
      expect(await standing()).toEqual([true, true]);
      await set(true);
      expect(await standing()).toEqual([true, false]);
      await world().directory.setDisabled(user!.id, undefined);
      await set(false);
      await world().directory.setDisabled(user!.id, { at: 6 });
      await world().directory.setDisabled(user!.id, undefined);
      expect(await standing()).toEqual([false, true]);
      await set(true);
      expect(await standing()).toEqual([false, false]);
    });

    it('asked for again ends a session that came meanwhile, and is no second event', async () => {
      world().providers.set('again', scimProviderOf('again'));
      const send = await world().client('again');
      const { id } = (await send('POST', '/Users', { userName: 'again@acme.example', active: false })).body;
      const [user] = await world().directory.findByName('again@acme.example');
      const session = await world().openSession(user!.id);
      await send('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'active', value: false }));
      expect(await session.isAlive()).toBe(false);
      const events = await world().events({ type: 'user.deactivated' });
      expect(events.filter((event) => event.userId === user!.id)).toHaveLength(1);
    });
  });
}
