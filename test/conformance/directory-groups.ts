import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { commit, createPlan, loginGroups } from '../support/directory.ts';
import type { DirectoryWorld } from './directory-world.ts';

/** Groups, and the memberships that an administrator grants. */
export function directoryGroups(world: DirectoryWorld): void {
  const listed = async (name: string) =>
    (await world.directory.listGroups()).filter((group) => group.name === name);

  describe('groups', () => {
    it('are created once, their names compared byte for byte', async () => {
      const name = `Engineers ${randomUUID()}`;
      expect(await world.directory.createGroup(name, 1)).toEqual({ created: true });
      expect(await world.directory.createGroup(name, 2)).toEqual({ created: false });
      expect(await world.directory.createGroup(name.toLowerCase(), 3)).toEqual({ created: true });
      expect(await listed(name)).toEqual([{ id: expect.any(String), name, members: 0 }]);
    });

    it('that several create at once are one group', async () => {
      const name = randomUUID();
      const results = await Promise.all(
        [world.directory, world.second, world.directory, world.second].map((store) =>
          store.createGroup(name, 1),
        ),
      );
      expect(results.filter(({ created }) => created)).toHaveLength(1);
    });

    it('count people, not grants', async () => {
      const name = randomUUID();
      const user = await commit(world.directory, createPlan({ memberships: loginGroups([name]) }));
      await commit(world.directory, createPlan({ memberships: loginGroups([name]) }));
      await world.directory.addLocalMembership(user.id, name, 1);
      expect((await listed(name))[0]?.members).toBe(2);
      expect((await world.directory.snapshot(user.id))?.groups).toEqual([name]);
    });

    it('get and lose local members; each change grows the version by one, and no change does not', async () => {
      const name = randomUUID();
      await world.directory.createGroup(name, 1);
      const user = await commit(world.directory, createPlan());
      expect(await world.directory.addLocalMembership(user.id, name, 50)).toBe(true);
      expect(await world.second.addLocalMembership(user.id, name, 51)).toBe(false);
      const after = await world.directory.findUser(user.id);
      expect(after).toMatchObject({ version: 2, updatedAt: 50 });
      expect(after?.memberships).toEqual([{ group: name, source: { kind: 'local' } }]);
      expect(await world.second.removeLocalMembership(user.id, name, 52)).toBe(true);
      expect(await world.directory.removeLocalMembership(user.id, name, 53)).toBe(false);
      expect(await world.directory.findUser(user.id)).toMatchObject({ version: 3, memberships: [] });
    });

    it('that do not exist, and users that do not, are answered as such', async () => {
      const user = await commit(world.directory, createPlan());
      await world.directory.createGroup('exists', 1);
      expect(await world.directory.addLocalMembership(user.id, randomUUID(), 1)).toBeUndefined();
      expect(await world.directory.addLocalMembership(user.id, '\0', 1)).toBeUndefined();
      expect(await world.directory.removeLocalMembership(user.id, randomUUID(), 1)).toBeUndefined();
      expect(await world.directory.addLocalMembership(randomUUID(), 'exists', 1)).toBeUndefined();
      expect(await world.directory.addLocalMembership('\0', 'exists', 1)).toBeUndefined();
      expect(await world.directory.findUser(user.id)).toEqual(user);
    });

    it('take many local changes of one person at once, losing none', async () => {
      const user = await commit(world.directory, createPlan());
      const names = Array.from({ length: 12 }, () => randomUUID()).toSorted();
      for (const name of names) await world.directory.createGroup(name, 1);
      const changes = names.map((name, index) =>
        (index % 2 ? world.second : world.directory).addLocalMembership(user.id, name, 9),
      );
      expect(await Promise.all(changes)).toEqual(names.map(() => true));
      const after = await world.directory.findUser(user.id);
      expect(after?.memberships.map(({ group }) => group)).toEqual(names);
      expect(after?.version).toBe(13);
    });
  });
}
