import { describe, expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { User } from '../../src/identity/index.ts';
import { commit, createPlan, loginGroups, syncPlan } from '../support/directory.ts';
import type { DirectoryWorld } from './directory-world.ts';

/** How a cache of snapshots learns what is no longer true. */
export function directoryFreshness(world: DirectoryWorld): void {
  describe('freshness', () => {
    /** Whose snapshots a cache of the first connection would have to drop from now on. */
    const listen = () => {
      const told: (string | undefined)[] = [];
      world.directory.freshness.onInvalidated((id) => told.push(id));
      return told;
    };
    /** What a request that comes in now would do: never answer from the cache what is no longer true. */
    const isSeen = (told: readonly (string | undefined)[], user: User) => {
      const verdict = world.directory.freshness.check();
      return verdict === 'ask' || told.includes(user.id) || told.includes(undefined);
    };

    it('tells of own changes when they are committed', async () => {
      const told = listen();
      const user = await commit(world.directory, createPlan({ memberships: loginGroups(['x']) }));
      expect(told).toContain(user.id);
      const changes = [
        () => world.directory.commitLogin(syncPlan(user, { memberships: loginGroups([], ['x']) })),
        () => world.directory.setDisabled(user.id, { at: 1 }),
        () => world.directory.setDisabled(user.id, undefined),
        () => world.directory.setDeactivated(user.id, { at: 1, by: 'okta' }),
        () => world.directory.addLocalMembership(user.id, 'x', 1),
        () => world.directory.removeLocalMembership(user.id, 'x', 1),
      ];
      for (const change of changes) {
        told.length = 0;
        await change();
        expect(told).toContain(user.id);
      }
    });

    it('is not troubled by a login that only notes its time', async () => {
      const user = await commit(world.directory, createPlan());
      await nextTurn();
      world.directory.freshness.check();
      const told = listen();
      await commit(world.directory, syncPlan(user, { changesUser: false }));
      await nextTurn();
      world.directory.freshness.check();
      expect(told).toEqual([]);
    });

    it('sees what another connection has changed on the very next request', async () => {
      const user = await commit(world.directory, createPlan());
      await nextTurn();
      world.directory.freshness.check();
      const told = listen();
      await nextTurn();
      await world.second.setDisabled(user.id, { at: 1 });
      expect(isSeen(told, user)).toBe(true);
      expect(await world.directory.snapshot(user.id)).toMatchObject({ disabledAt: 1 });
    });

    it('sees what another process has changed on the very next request, each time', async () => {
      const user = await commit(world.directory, createPlan());
      await world.directory.createGroup('by-hand', 1);
      for (const command of [
        { do: 'disable', url: world.url, userId: user.id },
        { do: 'addToGroup', url: world.url, userId: user.id, group: 'by-hand' },
      ] as const) {
        world.directory.freshness.check();
        const told = listen();
        await world.other.ask(command);
        expect(isSeen(told, user)).toBe(true);
      }
      expect(await world.directory.snapshot(user.id)).toMatchObject({ disabledAt: 5, groups: ['by-hand'] });
    });

    it('sees more changes than it would go through one by one', async () => {
      const user = await commit(world.directory, createPlan());
      await nextTurn();
      world.directory.freshness.check();
      const told = listen();
      await nextTurn();
      const many = Array.from({ length: 1_500 }, (_, index) => `('other-${index}')`);
      await world.under.run(world.url, `insert into change_log (user_id) values ${many.join(', ')}`);
      await world.second.setDisabled(user.id, { at: 1 });
      expect(isSeen(told, user)).toBe(true);
    });

    it('sees a change whose entry was removed from the log before it looked', async () => {
      const user = await commit(world.directory, createPlan());
      await nextTurn();
      world.directory.freshness.check();
      const told = listen();
      await nextTurn();
      await world.second.setDisabled(user.id, { at: 1 });
      await world.second.setDisabled((await commit(world.second, createPlan())).id, { at: 1 });
      await world.under.run(world.url, `delete from change_log where user_id = '${user.id}'`);
      expect(isSeen(told, user)).toBe(true);
    });

    it('sees a change even when the whole log is gone', async () => {
      const user = await commit(world.directory, createPlan());
      await nextTurn();
      world.directory.freshness.check();
      const told = listen();
      await nextTurn();
      await world.second.setDisabled(user.id, { at: 1 });
      await world.under.run(world.url, 'delete from change_log');
      expect(isSeen(told, user)).toBe(true);
    });
  });
}
