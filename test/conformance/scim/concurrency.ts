import { describe, expect, it } from '@jest/globals';
import { scimProviderOf, type ScimWorld, type Send } from '../../support/scim-world.ts';
import { patch } from './case.ts';

/** Runs the work on so many connections at once, each taking the next item. */
async function onConnections<T, R>(
  connections: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (next < items.length) {
        const index = next++;
        results[index] = await work(items[index] as T);
      }
    }),
  );
  return results;
}

async function membersOf(send: Send, group: string): Promise<string[]> {
  const { body } = await send('GET', `/Groups/${group}`);
  return ((body.members ?? []) as { value: string }[]).map(({ value }) => value).sort();
}

/** Nothing is lost and nothing doubled when a client uses many connections. */
export function concurrency(world: () => ScimWorld): void {
  describe('many connections', () => {
    it('make every user once, also when each is sent twice', async () => {
      world().providers.set('load', scimProviderOf('load'));
      const send = await world().client('load');
      const names = Array.from({ length: 150 }, (_, index) => `load-${index}@acme.example`);
      const replies = await onConnections(16, [...names, ...names.toReversed()], (userName) =>
        send('POST', '/Users', { userName, externalId: userName, emails: [{ value: userName }] }),
      );
      const made = replies.filter(({ status }) => status === 201);
      expect(made).toHaveLength(names.length);
      expect(replies.filter(({ status }) => status === 409)).toHaveLength(names.length);
      expect(new Set(made.map(({ body }) => body.id)).size).toBe(names.length);
      const all: string[] = [];
      for (let startIndex = 1; startIndex <= 150; startIndex += 40) {
        const { body } = await send('GET', `/Users?startIndex=${startIndex}&count=40&attributes=userName`);
        expect(body.totalResults).toBe(150);
        all.push(...body.Resources.map((each: { userName: string }) => each.userName));
      }
      expect(all.toSorted()).toEqual(names.toSorted());
      expect((await world().directory.findByName('load-7@acme.example')).length).toBe(1);
    });

    it('add and remove members of one group without losing any of it', async () => {
      world().providers.set('crowd', scimProviderOf('crowd'));
      const send = await world().client('crowd');
      const ids = await onConnections(
        16,
        Array.from({ length: 96 }, (_, index) => `crowd-${index}`),
        async (userName) => String((await send('POST', '/Users', { userName })).body.id),
      );
      const [leaving, joining] = [ids.slice(0, 48), ids.slice(48)];
      const group = (
        await send('POST', '/Groups', { displayName: 'crowd', members: leaving.map((value) => ({ value })) })
      ).body.id;
      const statuses = await onConnections(
        16,
        joining.flatMap((id, index) => [
          { op: 'add', path: 'members', value: [{ value: id }] },
          { op: 'remove', path: `members[value eq "${leaving[index]}"]` },
        ]),
        // On a busy machine a statement may be too late: 503, nothing done, and a client comes again.
        async (operation) => {
          let status = 503;
          for (let tries = 0; status === 503 && tries < 10; tries += 1) {
            ({ status } = await send('PATCH', `/Groups/${group}`, patch(operation)));
          }
          return status;
        },
      );
      expect(new Set(statuses)).toEqual(new Set([204]));
      expect(await membersOf(send, group)).toEqual(joining.toSorted());
      const people = (await world().directory.listGroups()).find(({ name }) => name === 'crowd');
      expect(people?.members).toBe(joining.length);
      expect((await send('GET', `/Groups/${group}`)).body.meta.version).toBe('W/"97"');
    });

    it('move one person between groups that stand for the same Doorward group, and the last word holds', async () => {
      const map = Array.from({ length: 8 }, (_, index) => [`one-of-${index}`, 'united'] as const);
      world().providers.set(
        'union',
        scimProviderOf('union', { groups: { map, unmapped: 'ignore' } as never }),
      );
      const send = await world().client('union');
      const id = (await send('POST', '/Users', { userName: 'union@acme.example' })).body.id;
      const [user] = await world().directory.findByName('union@acme.example');
      const groups = await Promise.all(
        map.map(async ([displayName]) => String((await send('POST', '/Groups', { displayName })).body.id)),
      );
      const isIn = async () => (await world().directory.snapshot(user!.id))!.groups.includes('united');
      for (let round = 0; round < 4; round += 1) {
        await Promise.all(
          groups.map((group, index) =>
            send(
              'PATCH',
              `/Groups/${group}`,
              patch({
                op: (index + round) % 2 === 0 ? 'add' : 'remove',
                path: 'members',
                value: [{ value: id }],
              }),
            ),
          ),
        );
        expect(await isIn()).toBe(true);
      }
      await Promise.all(
        groups.map((group) => send('PATCH', `/Groups/${group}`, patch({ op: 'remove', path: 'members' }))),
      );
      expect(await isIn()).toBe(false);
    });

    it('change different attributes of one user, and every change stays', async () => {
      world().providers.set('fields', scimProviderOf('fields'));
      const send = await world().client('fields');
      const { id } = (await send('POST', '/Users', { userName: 'fields@acme.example' })).body;
      const fields = [
        'title',
        'nickName',
        'userType',
        'timezone',
        'locale',
        'displayName',
        'preferredLanguage',
        'externalId',
      ];
      await Promise.all(
        fields.map((path) =>
          send('PATCH', `/Users/${id}`, patch({ op: 'replace', path, value: `new ${path}` })),
        ),
      );
      const { body } = await send('GET', `/Users/${id}`);
      for (const field of fields) expect(body[field]).toBe(`new ${field}`);
      expect(body.meta.version).toBe('W/"9"');
    });

    it('take ten thousand members in one operation, and away again', async () => {
      world().providers.set('huge', scimProviderOf('huge'));
      const send = await world().client('huge');
      const ids = await onConnections(
        16,
        Array.from({ length: 40 }, (_, index) => `huge-${index}`),
        async (userName) => String((await send('POST', '/Users', { userName })).body.id),
      );
      const group = (await send('POST', '/Groups', { displayName: 'huge' })).body.id;
      const many = Array.from({ length: 10_000 }, (_, index) => ({ value: ids[index % ids.length] }));
      expect(
        (await send('PATCH', `/Groups/${group}`, patch({ op: 'add', path: 'members', value: many }))).status,
      ).toBe(204);
      expect(await membersOf(send, group)).toEqual(ids.toSorted());
      expect(
        (await send('PATCH', `/Groups/${group}`, patch({ op: 'replace', path: 'members', value: [] })))
          .status,
      ).toBe(204);
      expect(await membersOf(send, group)).toEqual([]);
    });
  });
}
