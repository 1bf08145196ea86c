import { describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '../../src/audit/index.ts';
import {
  openDirectory,
  type LoginTraceRow,
  type PeopleQuery,
  type TraceQuery,
} from '../../src/directory/index.ts';
import { commit, createPlan, loginGroups, syncPlan, type TestDirectory } from '../support/directory.ts';
import type { DirectoryWorld } from './directory-world.ts';

/** Lists, counts and erasure for those who look after people. */
export function directoryConsole(world: DirectoryWorld): void {
  async function fresh(): Promise<TestDirectory> {
    const url = await world.under.createDatabase();
    return openDirectory<AuditEvent>(url, { now: () => 9_000 });
  }

  const person = (userName: string, displayName: string, groups: readonly string[] = []) =>
    createPlan({
      profile: { userName, email: userName, emailVerified: true, displayName },
      memberships: loginGroups(groups),
    });

  describe('searching people', () => {
    it('finds them by the beginnings of words, filters, and goes on page by page', async () => {
      const directory = await fresh();
      try {
        const ann = await commit(directory, person('ann@acme.example', 'Ann Ärmel', ['engineers']));
        await commit(directory, person('bob@acme.example', "Bob O'Neil", ['stewards']));
        const cleo = await commit(
          directory,
          person('cleo@other.example', 'Cleo Łukasz-Ärmel', ['engineers']),
        );
        await directory.setDisabled(cleo.id, { at: 1, why: 'left "the" company' });
        const names = async (query: Partial<PeopleQuery>) =>
          (await directory.searchPeople({ limit: 50, ...query })).map(({ profile }) =>
            profile.userName.slice(0, profile.userName.indexOf('@')),
          );

        expect(await names({})).toEqual(['ann', 'bob', 'cleo']);
        expect(await names({ search: 'ärm' })).toEqual(['ann', 'cleo']);
        expect(await names({ search: 'ÄRMEL łuk' })).toEqual(['cleo']);
        expect(await names({ search: 'acme' })).toEqual(['ann', 'bob']);
        expect(await names({ search: 'neil bob' })).toEqual(['bob']);
        expect(await names({ search: 'bob@acme.example' })).toEqual(['bob']);
        expect(await names({ search: 'eil' })).toEqual([]);
        expect(await names({ search: `"' OR * & | ! ( ) : <->` })).toEqual([]);
        expect(await names({ search: `ann' | 'bob` })).toEqual([]);
        expect(await names({ group: 'engineers' })).toEqual(['ann', 'cleo']);
        expect(await names({ group: 'nobody is in it' })).toEqual([]);
        expect(await names({ group: 'engineers', search: 'ann' })).toEqual(['ann']);
        expect(await names({ provider: 'okta', status: 'disabled' })).toEqual(['cleo']);
        expect(await names({ provider: 'elsewhere' })).toEqual([]);
        expect(await names({ status: 'active' })).toEqual(['ann', 'bob']);
        expect(await names({ status: 'deactivated' })).toEqual([]);
        expect(await names({ limit: 1, after: ann.id })).toEqual(['bob']);
        expect(await directory.disabledWhy(cleo.id)).toBe('left "the" company');
        expect(await directory.countPeople()).toEqual({ total: 3, disabled: 1, deactivated: 0 });
      } finally {
        await directory.close();
      }
    });

    it('follows a change of name, and forgets who is erased', async () => {
      const directory = await fresh();
      try {
        const user = await commit(directory, person('dora@acme.example', 'Dora Before'));
        const profile = { ...user.profile, displayName: 'Dora After' };
        await commit(directory, syncPlan(user, { profile }));
        expect(await directory.searchPeople({ search: 'before', limit: 5 })).toEqual([]);
        expect(await directory.searchPeople({ search: 'after', limit: 5 })).toMatchObject([{ id: user.id }]);
        expect(await directory.eraseUser(user.id)).toBe(true);
        expect(await directory.searchPeople({ search: 'after', limit: 5 })).toEqual([]);
      } finally {
        await directory.close();
      }
    });
  });

  describe('erasing', () => {
    it('takes the person away with all that hangs on them, once, in one piece with its record', async () => {
      const directory = await fresh();
      try {
        const user = await commit(directory, person('eve@acme.example', 'Eve', ['engineers']));
        const record = (): AuditEvent[] => [
          { type: 'user.erased', at: 9_000, actor: { kind: 'admin' }, userId: user.id },
        ];
        expect(await directory.eraseUser(user.id, record)).toBe(true);
        expect(await directory.findUser(user.id)).toBeUndefined();
        expect(await directory.snapshot(user.id)).toBeUndefined();
        expect(await directory.listGroups()).toMatchObject([{ name: 'engineers', members: 0 }]);
        expect(await directory.eraseUser(user.id, record)).toBe(false);
        expect(await directory.read({ type: 'user.erased' })).toHaveLength(1);
        const [identity] = user.identities;
        const again = await commit(directory, createPlan({ ...(identity && { identity }) }));
        expect(again.id).not.toBe(user.id);
      } finally {
        await directory.close();
      }
    });
  });

  describe('traces of sign-ins', () => {
    it('are found by reference, listed, forgotten after a while, and erased with the person', async () => {
      const directory = await fresh();
      try {
        const user = await commit(directory, person('zoe@acme.example', 'Zoe'));
        const trace = (reference: string, at: number, more: Partial<LoginTraceRow> = {}): LoginTraceRow => ({
          reference,
          at,
          provider: 'okta',
          outcome: 'admitted',
          trace: { claims: { sub: 'zero \0 lone \ud800' } },
          ...more,
        });
        await directory.addTraces([
          trace('A', 1),
          trace('B', 2, { outcome: 'refused', why: 'email_domain', userName: 'ZOE@acme.example' }),
          trace('C', 3, { provider: 'entra', userId: user.id, userName: 'zoe@acme.example' }),
        ]);
        await directory.addTraces([trace('A', 9)]);
        const found = await directory.findTrace('B');
        expect(found).toMatchObject({ at: 2, outcome: 'refused', why: 'email_domain' });
        expect(found?.trace['claims']).toMatchObject({ sub: expect.stringContaining('zero') });
        const list = async (query: Partial<TraceQuery>) =>
          (await directory.listTraces({ limit: 10, ...query })).map(({ reference }) => reference);
        expect(await list({})).toEqual(['C', 'B', 'A']);
        expect(await list({ user: 'zoe@ACME.example' })).toEqual(['C', 'B']);
        expect(await list({ user: user.id })).toEqual(['C']);
        expect(await list({ provider: 'okta', outcome: 'admitted' })).toEqual(['A']);
        expect(await list({ before: 3, limit: 1 })).toEqual(['B']);
        expect(await directory.pruneTraces(2)).toBe(1);
        expect(await list({})).toEqual(['C', 'B']);
        await directory.eraseUser(user.id);
        expect(await list({})).toEqual([]);
        expect(await directory.findTrace('C')).toBeUndefined();
      } finally {
        await directory.close();
      }
    });
  });

  describe('counting', () => {
    it('tells logins by stretch of time, refusals by reason, and samples', async () => {
      const directory = await fresh();
      try {
        const actor = { kind: 'person' } as const;
        await directory.append([
          { type: 'login', at: 100, actor, sessionRef: 'a', created: true, provider: 'okta' },
          { type: 'login', at: 199, actor, sessionRef: 'b', created: false, provider: 'okta' },
          { type: 'login', at: 200, actor, sessionRef: 'c', created: false, provider: 'okta' },
          { type: 'login.refused', at: 250, actor, reason: 'email_domain', provider: 'okta' },
          { type: 'login.refused', at: 260, actor, reason: 'email_domain', provider: 'okta' },
          { type: 'login.failed', at: 270, actor, code: 'login_rejected', provider: 'entra' },
          { type: 'user.created', at: 270, actor },
        ]);
        expect(await directory.tally(['login', 'login.refused'], 150, 100)).toEqual([
          { at: 100, type: 'login', count: 1 },
          { at: 200, type: 'login', count: 1 },
          { at: 200, type: 'login.refused', count: 2 },
        ]);
        expect(await directory.refusals(0)).toEqual([
          { provider: 'okta', why: 'email_domain', count: 2 },
          { provider: 'entra', why: 'login_rejected', count: 1 },
        ]);
        for (const at of [100, 200, 300]) await directory.addSample({ name: 'sessions', at, value: at }, 150);
        expect(await directory.samples('sessions', 0)).toEqual([
          { name: 'sessions', at: 200, value: 200 },
          { name: 'sessions', at: 300, value: 300 },
        ]);
      } finally {
        await directory.close();
      }
    });
  });
}
