import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { AuditEvent } from '../../src/audit/index.ts';
import { groupNames } from '../../src/identity/index.ts';
import { logInAll } from '../support/directory-process.ts';
import { commit, createPlan, loginGroups, newIdentity, syncPlan } from '../support/directory.ts';
import type { DirectoryWorld } from './directory-world.ts';

/** `commitLogin`: all or nothing, and nothing lost or doubled among many. */
export function directoryLogins(world: DirectoryWorld): void {
  const issuer = 'https://acme.okta.example';

  describe('logins', () => {
    it('change the profile, roles and memberships under the same identity, the version growing by one', async () => {
      const before = await commit(
        world.directory,
        createPlan({ memberships: loginGroups(['stays', 'goes']), idpRoles: ['Reader'] }),
      );
      const profile = { userName: 'ann.new', emailVerified: false, locale: 'de' };
      const plan = syncPlan(before, {
        profile,
        idpRoles: ['Owner'],
        memberships: loginGroups(['comes'], ['goes']),
      });
      const result = await world.directory.commitLogin(plan);
      const source = { kind: 'login', provider: 'okta' } as const;
      const user = {
        ...before,
        profile,
        idpRoles: { okta: ['Owner'] },
        memberships: [
          { group: 'comes', source },
          { group: 'stays', source },
        ],
        version: 2,
        updatedAt: 2_000,
        lastLoginAt: 2_000,
      };
      expect(result).toEqual({
        kind: 'committed',
        user,
        created: false,
        added: [{ group: 'comes', source }],
        removed: [{ group: 'goes', source }],
        groupsCreated: ['comes'],
      });
      expect(await world.second.findUser(before.id)).toEqual(user);
    });

    it('that bring and take 1,200 groups are whole, recorded one by one, and let others through meanwhile', async () => {
      const tag = randomUUID();
      const names = Array.from(
        { length: 1_200 },
        (_, each) => `many-${tag}-${String(each).padStart(4, '0')}`,
      );
      const record = (added: readonly { group: string }[]): AuditEvent[] =>
        added.map(({ group }) => ({
          type: 'membership.added',
          at: 1,
          actor: { kind: 'system' },
          reference: tag,
          group,
          source: 'login:okta',
        }));
      const other = await commit(world.directory, createPlan());
      let isOver = false;
      const writing = world.directory
        .commitLogin(createPlan({ memberships: loginGroups(names) }), ({ added }) => record(added))
        .finally(() => (isOver = true));
      await new Promise((resolve) => setImmediate(resolve));
      expect(await world.directory.snapshot(other.id)).toMatchObject({ id: other.id });
      expect(isOver).toBe(false);
      const created = await writing;
      if (created.kind !== 'committed') throw new Error('a conflict');
      expect(created.groupsCreated).toEqual(names);
      expect(groupNames((await world.second.findUser(created.user.id))?.memberships ?? [])).toEqual(names);
      const events = await world.directory.read({ reference: tag, limit: 2_000 });
      expect(events.map(({ event }) => (event as { group?: string }).group)).toEqual(names);
      const less = syncPlan(created.user, { memberships: loginGroups([], names.slice(1)) });
      const synced = await world.directory.commitLogin(less);
      expect(synced.kind === 'committed' && synced.removed.length).toBe(1_199);
      expect(groupNames((await world.second.findUser(created.user.id))?.memberships ?? [])).toEqual([
        names[0],
      ]);
    });

    it('that change nothing note their time, and leave the version and the change log alone', async () => {
      const user = await commit(world.directory, createPlan());
      const logged = await world.under.run(
        world.url,
        `select seq from change_log where user_id = '${user.id}'`,
      );
      const again = await commit(world.directory, syncPlan(user, { changesUser: false, now: 9_000 }));
      expect(again).toEqual({ ...user, lastLoginAt: 9_000 });
      expect(await world.directory.findUser(user.id)).toEqual(again);
      expect(
        await world.under.run(world.url, `select seq from change_log where user_id = '${user.id}'`),
      ).toEqual(logged);
    });

    it('never touch what another source has granted', async () => {
      const user = await commit(world.directory, createPlan({ memberships: loginGroups(['shared']) }));
      await world.directory.addLocalMembership(user.id, 'shared', 3);
      const now = await world.directory.findUser(user.id);
      const after = await commit(
        world.directory,
        syncPlan(now ?? user, { memberships: loginGroups([], ['shared']) }),
      );
      expect(after.memberships).toEqual([{ group: 'shared', source: { kind: 'local' } }]);
      expect(await world.directory.findUser(user.id)).toEqual(after);
    });

    it('write a membership only where it differs', async () => {
      const user = await commit(world.directory, createPlan({ memberships: loginGroups(['had']), now: 11 }));
      const plan = syncPlan(user, { memberships: loginGroups(['had', 'new'], ['never-had']) });
      expect(await world.directory.commitLogin(plan)).toMatchObject({
        added: [{ group: 'new' }],
        removed: [],
      });
      const rows = await world.under.run(
        world.url,
        `select granted_at from memberships where user_id = '${user.id}' order by granted_at`,
      );
      expect(rows).toEqual([{ granted_at: expect.anything() }, { granted_at: expect.anything() }]);
      expect(rows.map((row) => Number((row as { granted_at: unknown }).granted_at))).toEqual([11, 2_000]);
    });

    it('take any name for a group: prototype words, emoji, commas, quotes, look-alikes', async () => {
      const names = [
        '__proto__',
        'constructor',
        'a,b',
        `it's "so"`,
        '🦉',
        'é',
        'e\u0301',
        'A',
        'a',
        ' a',
        '%',
        '\n',
        '\u{10FFFF}',
      ];
      const user = await commit(world.directory, createPlan({ memberships: loginGroups(names.toSorted()) }));
      expect(groupNames(user.memberships)).toEqual(names.toSorted());
      expect(await world.directory.findUser(user.id)).toEqual(user);
      expect((await world.directory.snapshot(user.id))?.groups).toEqual(names.toSorted());
      expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    });

    it('refuse a group name that could not be kept as it is, and change nothing then', async () => {
      for (const name of ['', 'zero \0', 'lone \udfff', 'x'.repeat(2_001)]) {
        const identity = newIdentity();
        const plan = createPlan({ identity, memberships: loginGroups([name]) });
        await expect(world.directory.commitLogin(plan)).rejects.toMatchObject({
          detail: 'directory.group_name',
        });
        expect(await world.directory.findByIdentity(identity)).toBeUndefined();
      }
    });

    it('bring a thousand groups, and take them away again', async () => {
      const names = Array.from({ length: 1_000 }, (_, index) => `group ${index}`).toSorted();
      const user = await commit(world.directory, createPlan({ memberships: loginGroups(names) }));
      expect((await world.directory.snapshot(user.id))?.groups).toEqual(names);
      const after = await commit(world.directory, syncPlan(user, { memberships: loginGroups([], names) }));
      expect(after.memberships).toEqual([]);
      expect((await world.second.snapshot(user.id))?.groups).toEqual([]);
    });

    it('keep roles by provider, even of a provider with a strange name', async () => {
      const user = await commit(world.directory, createPlan({ provider: '__proto__', idpRoles: ['x'] }));
      const after = await commit(world.directory, syncPlan(user, { provider: 'entra', idpRoles: ['y'] }));
      expect(Object.entries(after.idpRoles)).toEqual([
        ['__proto__', ['x']],
        ['entra', ['y']],
      ]);
      expect(await world.directory.findUser(user.id)).toEqual(after);
    });

    it('of one new person at the same moment make one user', async () => {
      const plan = createPlan({ memberships: loginGroups([`new ${randomUUID()}`]) });
      const results = await Promise.all(
        [world.directory, world.second, world.directory, world.second].map((store) =>
          store.commitLogin(plan),
        ),
      );
      expect(results.map(({ kind }) => kind).toSorted()).toEqual([
        'committed',
        'conflict',
        'conflict',
        'conflict',
      ]);
      const { subject } = plan.identity;
      expect(
        await world.under.run(world.url, `select user_id from identities where subject = '${subject}'`),
      ).toHaveLength(1);
      expect(
        await world.under.run(
          world.url,
          `select u.id from users u left join identities i on i.user_id = u.id where i.user_id is null`,
        ),
      ).toEqual([]);
    });

    it('of one known person at the same moment lose no change: one goes through, the others decide again', async () => {
      const user = await commit(world.directory, createPlan());
      const plans = ['a', 'b', 'c'].map((name) =>
        syncPlan(user, { memberships: loginGroups([`${name} ${user.id}`]) }),
      );
      const results = await Promise.all(
        plans.map((plan, index) => (index % 2 ? world.second : world.directory).commitLogin(plan)),
      );
      expect(results.filter(({ kind }) => kind === 'committed')).toHaveLength(1);
      const after = await world.directory.findUser(user.id);
      expect(after?.version).toBe(2);
      expect(after?.memberships).toHaveLength(1);
    });

    it('fifty at once, of twenty people, from three places: none lost, none doubled', async () => {
      const tag = randomUUID();
      const people = Array.from({ length: 20 }, (_, index) => ({
        subject: `${tag}-${index}`,
        groups: [`${tag} all`, `${tag} ${index % 3}`, `${tag} of ${index}`].toSorted(),
      }));
      const logins = Array.from({ length: 50 }, (_, index) => people[(index * 7) % 20]).filter(
        (each) => each !== undefined,
      );
      const [here, there, elsewhere] = await Promise.all([
        logInAll(world.directory, logins.slice(0, 20)),
        logInAll(world.second, logins.slice(20, 35)),
        world.other.ask({ do: 'logins', url: world.url, logins: logins.slice(35) }),
      ]);
      const ids = new Set([...here, ...there, ...(elsewhere as string[])]);
      expect(ids.size).toBe(20);
      for (const { subject, groups } of people) {
        const user = await world.directory.findByIdentity({ issuer, subject });
        expect(ids).toContain(user?.id);
        expect(user?.memberships).toEqual(
          groups.map((group) => ({ group, source: { kind: 'login', provider: 'okta' } })),
        );
        expect(user?.version).toBe(1);
        const events = await world.directory.read({ user: user?.id ?? '', type: 'user.created' });
        expect(events).toHaveLength(1);
      }
      const groups = (await world.directory.listGroups()).filter(({ name }) => name.startsWith(tag));
      expect(groups).toHaveLength(24);
      expect(groups.find(({ name }) => name === `${tag} all`)?.members).toBe(20);
    });

    it('that fail in the middle leave nothing behind', async () => {
      const url = await world.under.createDatabase();
      const { openDirectory } = await import('../../src/directory/index.ts');
      const directory = await openDirectory<AuditEvent>(url, { now: () => 1 });
      try {
        const known = await commit(directory, createPlan({ memberships: loginGroups(['old']) }));
        const told: unknown[] = [];
        directory.freshness.onInvalidated((id) => told.push(id));
        await world.under.breakAudit(url);
        const tables = ['users', 'identities', 'groups', 'memberships', 'audit', 'change_log'];
        const all = () => Promise.all(tables.map((table) => world.under.run(url, `select * from ${table}`)));
        const before = await all();
        const record = () => [
          {
            type: 'session.ended',
            at: 1,
            actor: { kind: 'system' },
            cause: 'logout',
            sessionRef: 'x',
          } as const,
        ];
        const plans = [
          createPlan({ memberships: loginGroups(['one', 'two']) }),
          syncPlan(known, { memberships: loginGroups(['three'], ['old']), idpRoles: ['r'] }),
        ];
        for (const plan of plans) await expect(directory.commitLogin(plan, record)).rejects.toThrow();
        await expect(directory.setDisabled(known.id, { at: 1 }, record)).rejects.toThrow();
        await expect(directory.addLocalMembership(known.id, 'old', 1, record)).rejects.toThrow();
        await expect(
          directory.commitLogin(createPlan(), () => {
            throw new Error('the recorder failed');
          }),
        ).rejects.toThrow('the recorder failed');
        expect(await all()).toEqual(before);
        expect(told).toEqual([]);
        expect(await directory.findUser(known.id)).toEqual(known);
      } finally {
        await directory.close();
      }
    });
  });
}
