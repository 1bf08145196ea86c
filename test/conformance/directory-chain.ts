import { describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '../../src/audit/index.ts';
import { openDirectory } from '../../src/directory/index.ts';
import { commit, createPlan, loginGroups, type TestDirectory } from '../support/directory.ts';
import type { DirectoryWorld } from './directory-world.ts';

/** The audit trail as a chain that shows whether anybody changed it. */
export function directoryChain(world: DirectoryWorld): void {
  const event = (at: number, more: Partial<AuditEvent> = {}): AuditEvent =>
    ({ type: 'user.disabled', at, actor: { kind: 'admin' }, ...more }) as AuditEvent;

  async function withTrail(
    work: (directory: TestDirectory, run: (sql: string) => Promise<unknown>, url: string) => Promise<void>,
  ): Promise<void> {
    const url = await world.under.createDatabase();
    const directory = await openDirectory<AuditEvent>(url, { now: () => 9_000 });
    try {
      await work(directory, (sql) => world.under.run(url, sql), url);
    } finally {
      await directory.close();
    }
  }

  const ten = Array.from({ length: 10 }, (_, index) =>
    event(index, { userName: `person ${index}`, why: 'x' }),
  );

  describe('the chain of the audit trail', () => {
    it('holds for records that were appended alone, together and with a change', () =>
      withTrail(async (directory) => {
        expect(await directory.verifyAudit()).toMatchObject({ records: 0, head: '', broken: undefined });
        await directory.append(ten);
        const user = await commit(directory, createPlan({ memberships: loginGroups(['a']) }));
        await directory.setDisabled(user.id, { at: 1 }, ({ id }) => [event(11, { userId: id })]);
        await directory.append(Array.from({ length: 1_200 }, (_, index) => event(index)));
        const check = await directory.verifyAudit();
        expect(check).toMatchObject({ records: 1_211, unchained: 0, erased: 0, broken: undefined });
        expect(check.head).toMatch(/^[\w-]{43}$/);
      }));

    it('is one chain, also when several processes write at once', () =>
      withTrail(async (directory, _run, url) => {
        const second = await openDirectory<AuditEvent>(url, { now: () => 1 });
        try {
          await Promise.all(
            Array.from({ length: 40 }, (_, index) =>
              (index % 2 === 0 ? directory : second).append([event(index), event(index + 1)]),
            ),
          );
          expect(await second.verifyAudit()).toMatchObject({ records: 80, broken: undefined });
        } finally {
          await second.close();
        }
      }));

    it.each([
      ['a record was changed', `update audit set event = replace(event, 'admin', 'scim') where seq = 4`, 4],
      ['a record got another time', 'update audit set at = at + 1 where seq = 7', 7],
      ['a record was filed under another type', `update audit set type = 'login' where seq = 2`, 2],
      ['a record was filed under another person', `update audit set user_id = 'x' where seq = 2`, 2],
      [
        'what is personal was changed',
        `update audit set personal = replace(personal, 'person 4', 'x') where seq = 5`,
        5,
      ],
      [
        'what is personal was swapped',
        'update audit set personal_digest = null, personal = null where seq = 5',
        5,
      ],
      ['a record was removed', 'delete from audit where seq = 3', 4],
      ['the first record was removed', 'delete from audit where seq = 1', 2],
      ['the last records were removed', 'delete from audit where seq > 8', 8],
      ['a record was put in', `insert into audit (at, type, event, digest) values (1, 'x', '{}', 'x')`, 11],
      ['the whole trail was removed', 'delete from audit', 0],
    ])('shows that %s', (_what, statement, seq) =>
      withTrail(async (directory, run) => {
        await directory.append(ten);
        await run(statement);
        const { broken } = await directory.verifyAudit();
        // What stands behind the head that we know of is no part of the chain; the next record finds it.
        if (broken === undefined) await directory.append([event(1)]);
        expect((await directory.verifyAudit()).broken).toMatchObject({ seq });
      }),
    );

    it('holds when people were erased, whose records then only say that it was somebody', () =>
      withTrail(async (directory, run) => {
        const user = await commit(
          directory,
          createPlan({
            profile: { userName: 'Eve@acme.example', email: 'eve@acme.example', emailVerified: true },
          }),
        );
        await directory.append([
          event(1, {
            userId: user.id,
            userName: 'eve@acme.example',
            address: '203.0.113.9',
            why: 'called Eve',
          }),
          {
            type: 'login.refused',
            at: 2,
            actor: { kind: 'person' },
            reason: 'idp_denied',
            userName: 'eve@ACME.example',
            subject: 'eve-7',
          },
          event(3, { userId: 'somebody else', userName: 'bob@acme.example' }),
        ]);
        await directory.eraseUser(user.id, () => [
          { type: 'user.erased', at: 4, actor: { kind: 'admin' }, userId: user.id },
        ]);
        expect(await directory.verifyAudit()).toMatchObject({ records: 4, erased: 2, broken: undefined });
        const events = (await directory.read({})).map((stored) => stored.event);
        expect(events[0]).toEqual({
          type: 'user.disabled',
          at: 1,
          actor: { kind: 'admin' },
          userId: user.id,
        });
        expect(events[2]).toMatchObject({ userName: 'bob@acme.example' });
        const everything = JSON.stringify([
          await run('select * from audit'),
          await run('select * from users'),
          await run('select * from identities'),
        ]);
        expect(everything).not.toMatch(/eve@|eve-7|called/i);
        expect(everything).not.toContain('203.0.113.9');
      }));

    it('keeps an anchor where old records were removed', () =>
      withTrail(async (directory) => {
        await directory.append(ten);
        expect(await directory.pruneAudit(4)).toBe(4);
        expect(await directory.pruneAudit(4)).toBe(0);
        expect(await directory.read({})).toHaveLength(6);
        expect(await directory.verifyAudit()).toMatchObject({ records: 6, anchored: 4, broken: undefined });
        expect(await directory.pruneAudit(100)).toBe(6);
        expect(await directory.verifyAudit()).toMatchObject({ records: 0, anchored: 10, broken: undefined });
        await directory.append([event(50)]);
        expect(await directory.verifyAudit()).toMatchObject({ records: 1, broken: undefined });
      }));

    it('removes in the order of the chain only: what stands behind a younger record stays', () =>
      withTrail(async (directory) => {
        await directory.append([event(1), event(900), event(2)]);
        expect(await directory.pruneAudit(100)).toBe(1);
        expect(await directory.pruneAudit(100)).toBe(0);
        expect(await directory.verifyAudit()).toMatchObject({ records: 2, broken: undefined });
      }));

    it('can be read on from a number', () =>
      withTrail(async (directory) => {
        await directory.append(ten);
        const seqs = (await directory.read({ after: 7 })).map(({ seq }) => seq);
        expect(seqs).toEqual([8, 9, 10]);
      }));
  });
}
