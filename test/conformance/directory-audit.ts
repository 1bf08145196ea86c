import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { AuditEvent } from '../../src/audit/index.ts';
import { createAuditRelay, createAuditWriter } from '../../src/audit/index.ts';
import { openDirectory } from '../../src/directory/index.ts';
import { silentLog } from '../../src/identity/index.ts';
import { commit, createPlan, loginGroups, syncPlan } from '../support/directory.ts';
import type { DirectoryWorld } from './directory-world.ts';

/** The audit trail, by itself and together with changes. */
export function directoryAudit(world: DirectoryWorld): void {
  const refused = (at: number, more: { userName?: string; reference?: string; userId?: string } = {}) =>
    ({ type: 'login.refused', at, actor: { kind: 'person' }, reason: 'idp_denied', ...more }) as const;

  describe('the audit trail', () => {
    it('keeps events whole and in their order, the newest ones oldest first', async () => {
      const reference = randomUUID();
      const events = Array.from({ length: 250 }, (_, index) =>
        refused(index, { reference, userName: `🦉 "${index}"` }),
      );
      await world.directory.append(events.slice(0, 200));
      await world.second.append(events.slice(200));
      const all = await world.directory.read({ reference, limit: 1_000 });
      expect(all.map(({ event }) => event)).toEqual(events);
      expect(all.map(({ seq }) => seq)).toEqual(
        all.map(({ seq }) => seq).toSorted((one, other) => one - other),
      );
      expect(new Set(all.map(({ seq }) => seq)).size).toBe(250);
      expect(await world.directory.read({ reference })).toEqual(all.slice(-100));
      expect(await world.directory.read({ reference, limit: 3 })).toEqual(all.slice(-3));
    });

    it('is filtered by time, type, reference and person', async () => {
      const user = await commit(
        world.directory,
        createPlan({ profile: { userName: `Ann ${randomUUID()}`, emailVerified: false } }),
      );
      const reference = randomUUID();
      await world.directory.append([
        refused(1, { reference, userName: user.profile.userName.toUpperCase() }),
        { type: 'user.enabled', at: 2, actor: { kind: 'admin', name: 'root' }, reference, userId: user.id },
        refused(3, { reference }),
      ]);
      const at = async (filter: Parameters<typeof world.directory.read>[0]) =>
        (await world.directory.read(filter)).map(({ event }) => event.at);
      expect(await at({ reference })).toEqual([1, 2, 3]);
      expect(await at({ reference, since: 2 })).toEqual([2, 3]);
      expect(await at({ reference, type: 'user.enabled' })).toEqual([2]);
      expect(await at({ reference, type: 'user' })).toEqual([]);
      expect(await at({ user: user.id })).toEqual([2]);
      expect(await at({ user: user.profile.userName })).toEqual([1, 2]);
      expect(await at({ reference: 'nothing' })).toEqual([]);
    });

    it('takes texts that no database takes as they are', async () => {
      const reference = randomUUID();
      const userName = 'zero \0 lone \ud800 end';
      await world.directory.append([refused(1, { reference, userName })]);
      expect((await world.directory.read({ reference }))[0]?.event).toMatchObject({ userName });
      expect(await world.directory.read({ user: '\0\ud800' })).toEqual([]);
    });

    it('takes no event at all without a fuss', async () => {
      await expect(world.directory.append([])).resolves.toBeUndefined();
    });

    it('gets the events of a change in its transaction, masked, logged once it is committed', async () => {
      const lines: unknown[] = [];
      const log = {
        ...silentLog,
        info: (fields: object, message: string) => void lines.push([fields, message]),
      };
      const directory = await openDirectory<AuditEvent>(world.url, {
        now: () => 1,
        auditing: createAuditRelay({ log }),
      });
      try {
        const plan = createPlan({ memberships: loginGroups([randomUUID()]) });
        const record = ({
          user,
          groupsCreated,
        }: {
          user: { id: string };
          groupsCreated: readonly string[];
        }) => [
          { type: 'user.created', at: 1, actor: { kind: 'person' }, userId: user.id } as const,
          ...groupsCreated.map(
            (group) =>
              ({ type: 'group.created', at: 1, actor: { kind: 'person' }, group, userId: user.id }) as const,
          ),
        ];
        const result = await directory.commitLogin(plan, record);
        if (result.kind === 'conflict') throw new Error('conflict');
        expect(await directory.commitLogin(plan, record)).toEqual({ kind: 'conflict' });
        const { user } = result;
        await directory.setDisabled(user.id, { at: 2 }, ({ id, version }) => [
          {
            type: 'user.disabled',
            at: 2,
            actor: { kind: 'admin' },
            userId: id,
            why: `v${version} Bearer abc.def`,
          } as const,
        ]);
        await directory.setDisabled(user.id, { at: 3 }, () => [refused(3, { userId: user.id })]);
        const stored = (await directory.read({ user: user.id })).map(({ event }) => event);
        expect(stored).toEqual([
          ...record(result),
          {
            type: 'user.disabled',
            at: 2,
            actor: { kind: 'admin' },
            userId: user.id,
            why: 'v2 Bearer [secret]',
          },
        ]);
        expect(lines).toEqual(stored.map((audit) => [{ audit }, 'audit']));
      } finally {
        await directory.close();
      }
    });

    it('records nothing for a login that changes nothing', async () => {
      const user = await commit(world.directory, createPlan());
      const plan = syncPlan(user, { changesUser: false });
      await world.directory.commitLogin(plan, () => [refused(1, { userId: user.id })]);
      expect(await world.directory.read({ user: user.id })).toEqual([]);
    });

    it('is what the audit writer writes to', async () => {
      const reference = randomUUID();
      const writer = createAuditWriter({ store: world.directory, log: silentLog });
      await writer.write(refused(1, { reference }), refused(2, { reference }));
      expect(await world.second.read({ reference })).toHaveLength(2);
    });
  });
}
