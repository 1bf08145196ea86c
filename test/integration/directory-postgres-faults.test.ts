import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '../../src/audit/index.ts';
import { openDirectory } from '../../src/directory/index.ts';
import type { User } from '../../src/identity/index.ts';
import type { TestDirectory } from '../support/directory.ts';
import { commit, createPlan, loginGroups, newIdentity, syncPlan } from '../support/directory.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { startPostgres } from '../support/postgres.ts';

describe('the directory, when PostgreSQL fails', () => {
  let server: PostgresServer;
  let url: string;
  let directory: TestDirectory;
  let user: User;

  beforeAll(async () => {
    server = await startPostgres();
    url = await server.createDatabase();
    directory = await openDirectory<AuditEvent>(url, { now: () => 1 });
    user = await commit(directory, createPlan({ memberships: loginGroups(['kept']) }));
  });
  afterEach(() => server.resume());
  afterAll(async () => {
    await directory?.close();
    await server?.stop();
  });

  /** Every kind of call, and that each of them says so instead of guessing. */
  const expectUnavailable = async () => {
    const calls = [
      directory.ping(),
      directory.findUser(user.id),
      directory.snapshot(user.id),
      directory.commitLogin(createPlan()),
      directory.commitLogin(syncPlan(user, { changesUser: false })),
      directory.setDisabled(user.id, { at: 1 }),
      directory.addLocalMembership(user.id, 'kept', 1),
      directory.append([{ type: 'user.created', at: 1, actor: { kind: 'system' } }]),
      directory.read({}),
    ];
    const codes = (await Promise.allSettled(calls)).map((result) =>
      result.status === 'rejected' ? (result.reason as { code?: string }).code : 'answered',
    );
    expect(codes).toEqual(calls.map(() => 'store_unavailable'));
  };

  it('says so while the server is paused, and goes on afterwards without a restart', async () => {
    server.pause();
    await expectUnavailable();
    server.resume();
    await expect(directory.ping()).resolves.toBeUndefined();
    expect((await directory.findUser(user.id))?.id).toBe(user.id);
  });

  it('never carries out later what it has said to have failed', async () => {
    const identity = newIdentity();
    await directory.ping();
    server.pause();
    await expect(directory.commitLogin(createPlan({ identity }))).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    server.resume();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await directory.findByIdentity(identity)).toBeUndefined();
  });

  it('says so while somebody else holds the lock of a row, and goes on afterwards', async () => {
    const holding = server.query(url, `begin; select * from users for update; select pg_sleep(4); commit`);
    const sleeps = `select 1 from pg_stat_activity where wait_event = 'PgSleep'`;
    while ((await server.query(url, sleeps)).length === 0) await new Promise(setImmediate);
    await expect(directory.setDisabled(user.id, { at: 1 })).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    expect(await directory.findUser(user.id)).not.toHaveProperty('disabledAt');
    await holding;
    expect(await directory.setDisabled(user.id, { at: 1 })).toMatchObject({ changed: true });
  });

  it('survives that all its connections are cut, idle ones and one inside a transaction', async () => {
    const cut = () =>
      server.query(
        url,
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'doorward'`,
      );
    await directory.ping();
    await cut();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await expect(directory.ping()).resolves.toBeUndefined();
    const holding = server.query(url, `begin; select * from users for update; select pg_sleep(1); commit`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const waiting = directory.setDisabled(user.id, undefined).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await cut();
    expect(await waiting).toMatchObject({ code: 'store_unavailable' });
    await holding;
    await expect(directory.ping()).resolves.toBeUndefined();
  });

  it('says so while the server is gone, and has lost nothing that was acknowledged when it is back', async () => {
    const known = await commit(directory, createPlan({ memberships: loginGroups(['one', 'two']) }));
    const disabled = await directory.setDisabled(known.id, { at: 9 });
    await server.kill();
    await expectUnavailable();
    await expect(openDirectory(url, { now: () => 1 })).rejects.toMatchObject({
      code: 'store_unavailable',
      detail: 'directory.connection',
    });
    await server.start();
    expect(await directory.findUser(known.id)).toEqual(disabled?.user);
  });

  it('refuses a database that could not keep names', async () => {
    const ascii = url.replace(/[^/]+$/, 'ascii');
    await server.query(
      url,
      `create database ascii template template0 encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C'`,
    );
    await expect(openDirectory(ascii, { now: () => 1 })).rejects.toMatchObject({
      detail: 'directory.encoding',
    });
  });

  it('never shows the password of its address in an error', async () => {
    const wrong = url.replace('only-for-tests', 'another-secret-word');
    const error = await openDirectory(wrong, { now: () => 1 }).catch((problem: unknown) => problem as Error);
    expect(error).toMatchObject({ code: 'store_unavailable' });
    expect(`${String(error)} ${String((error as Error).cause)} ${JSON.stringify(error)}`).not.toContain(
      'another-secret',
    );
  });
});
