import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../src/identity/index.ts';
import { openSqliteStore } from '../../src/sessions/sqlite/store.ts';
import { startPruning } from '../../src/sessions/sqlite/prune.ts';
import { startSessionProcess } from '../support/session-process.ts';
import { sampleSession, testClock } from '../support/sessions.ts';

describe('the embedded session store', () => {
  const clock = testClock();
  const unavailable = { name: 'Failure', code: 'store_unavailable' };
  let folder: string;
  let path: string;
  const open = (options: { keepChanges?: number } = {}) =>
    openSqliteStore(path, { now: clock.now, log: silentLog, ...options });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'doorward-embedded-'));
    path = join(folder, 'state', 'sessions.db');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('makes its files readable by its own user only', async () => {
    const store = await open();
    await store.set(sampleSession('id', clock.now()), { fresh: true });
    for (const file of [path, `${path}-wal`, `${path}-shm`])
      expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600');
    expect(((await stat(join(folder, 'state'))).mode & 0o777).toString(8)).toBe('700');
    await store.close();
  });

  it('writes through to the disk with each commit', async () => {
    const store = await open();
    const db = new Database(path);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    db.close();
    await store.close();
  });

  it('can be opened by several processes at once while it does not exist yet', async () => {
    const processes = await Promise.all([1, 2, 3].map(() => startSessionProcess(`sqlite:${path}`, '')));
    const counts = await Promise.all(
      processes.map((one) => one.ask({ do: 'increment', key: 'k', times: 5 })),
    );
    const all = (counts as { count: number }[][]).flat().map(({ count }) => count);
    expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: 15 }, (_, index) => index + 1));
    await Promise.all(processes.map((one) => one.stop()));
  });

  it('trusts caches, and hears of exactly what another process changed', async () => {
    const store = await open();
    const [one, two] = [sampleSession('one', clock.now()), sampleSession('two', clock.now())];
    for (const session of [one, two]) await store.set(session, { fresh: true });
    const told: unknown[] = [];
    store.freshness.onInvalidated((key) => told.push(key));
    expect(store.freshness.check()).toBe('trusted');
    const other = await startSessionProcess(`sqlite:${path}`, '');
    await other.ask({ do: 'end', digest: one.record.digest });
    expect(store.freshness.check()).toBe('trusted');
    expect(told).toEqual([one.record.digest]);
    await other.stop();
    await store.close();
  });

  it('sees another change made in the same turn of the event loop', async () => {
    const store = await open();
    const session = sampleSession('one', clock.now());
    await store.set(session, { fresh: true });
    const told: unknown[] = [];
    store.freshness.onInvalidated((key) => told.push(key));
    store.freshness.check();
    const db = new Database(path);
    db.prepare("INSERT INTO session_changes (digest, writer) VALUES ('x', 'another')").run();
    db.close();
    const until = performance.now() + 1;
    while (performance.now() < until);
    expect(store.freshness.check()).toBe('trusted');
    expect(told).toEqual(['x']);
    await store.close();
  });

  it('drops everything when it missed more changes than are kept', async () => {
    const store = await open();
    const other = await open();
    const told: unknown[] = [];
    store.freshness.check();
    store.freshness.onInvalidated((key) => told.push(key));
    for (let index = 0; index < 20; index++)
      await other.set(sampleSession(`id-${index}`, clock.now()), { fresh: true });
    const db = new Database(path);
    const pruning = startPruning(db, {
      now: clock.now,
      log: silentLog,
      interval: 1e6,
      batch: 500,
      keepChanges: 5,
    });
    pruning.once();
    pruning.stop();
    db.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(store.freshness.check()).toBe('trusted');
    expect(told).toContain(undefined);
    await other.close();
    await store.close();
  });

  it('is not trusted any more when it cannot be asked', async () => {
    const store = await open();
    await store.close();
    expect(store.freshness.check()).toBe('ask');
  });

  it('deletes what has expired in small batches, and keeps the living and the tombstones', async () => {
    const store = await open();
    for (let index = 0; index < 25; index++) {
      await store.set(sampleSession(`idle-${index}`, clock.now()), { fresh: true });
      await store.transient.put('login', `t-${index}`, 'v', 1000);
    }
    const ended = sampleSession('ended', clock.now());
    await store.set(ended, { fresh: true });
    await store.end(ended.record.digest);
    clock.advance(60_000);
    const living = sampleSession('living', clock.now());
    await store.set(living, { fresh: true });

    const db = new Database(path);
    const count = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    const pruning = startPruning(db, {
      now: clock.now,
      log: silentLog,
      interval: 1e6,
      batch: 10,
      keepChanges: 100,
    });
    expect(count('sessions')).toBe(27);
    expect(pruning.once()).toBe(true);
    expect(count('sessions')).toBe(17);
    expect(pruning.once()).toBe(true);
    expect(pruning.once()).toBe(false);
    expect(count('sessions')).toBe(2);
    expect(count('session_idp')).toBe(1);
    expect(count('transient')).toBe(0);
    expect(await store.set(ended, { fresh: true })).toBe(false);
    clock.advance(600_000);
    pruning.once();
    pruning.stop();
    expect(count('sessions')).toBe(0);
    db.close();
    await store.close();
  });

  it('answers with a failure while another program holds the file, and recovers when it lets go', async () => {
    const store = await open();
    const session = sampleSession('id', clock.now());
    await store.set(session, { fresh: true });
    const holder = new Database(path);
    holder.exec('BEGIN IMMEDIATE');
    await expect(store.end(session.record.digest)).rejects.toMatchObject(unavailable);
    await expect(store.set(session, { fresh: false })).rejects.toMatchObject(unavailable);
    await expect(store.transient.addOnce('replay', 'k', 1000)).rejects.toMatchObject(unavailable);
    holder.exec('ROLLBACK');
    holder.close();
    expect(await store.end(session.record.digest)).toEqual(session.record);
    await store.close();
  });

  it('does not open what is no database of ours, and leaves it as it was', async () => {
    path = join(folder, 'other.db');
    await writeFile(path, 'not a database, but somebody needs it'.repeat(100));
    await expect(open()).rejects.toMatchObject(unavailable);
    path = join(folder, 'newer.db');
    const newer = new Database(path);
    newer.pragma('user_version = 999');
    newer.close();
    await expect(open()).rejects.toMatchObject({
      ...unavailable,
      cause: { message: expect.stringContaining('newer release') },
    });
    path = join(folder, 'other.db', 'below-a-file.db');
    await expect(open()).rejects.toMatchObject(unavailable);
  });
});
