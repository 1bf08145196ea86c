import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AuditEvent } from '../../src/audit/index.ts';
import { openDirectory } from '../../src/directory/index.ts';
import { openSqlite } from '../../src/directory/sqlite.ts';
import type { TestDirectory } from '../support/directory.ts';
import { commit, createPlan, loginGroups, newIdentity } from '../support/directory.ts';

describe('the directory in a file', () => {
  let folder: string;
  let path: string;
  let directory: TestDirectory;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'doorward-directory-'));
    path = join(folder, 'state', 'deep', 'directory.db');
    directory = await openDirectory<AuditEvent>(`sqlite:${path}`, { now: () => 1 });
  });
  afterEach(async () => {
    await directory.close();
    await rm(folder, { recursive: true });
  });

  it('makes its folders, and is readable by its owner only', async () => {
    await commit(directory, createPlan());
    for (const file of [path, `${path}-wal`, `${path}-shm`]) {
      expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600');
    }
    expect(((await stat(join(folder, 'state'))).mode & 0o777).toString(8)).toBe('700');
  });

  it('waits for the disk with every commit, and keeps the references between its tables', () => {
    const db = openSqlite(path);
    try {
      expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
      // 2 is FULL.
      expect(db.pragma('synchronous', { simple: true })).toBe(2);
      expect(() =>
        db.prepare(`insert into memberships values ('nobody', 'nothing', 'local', 1)`).run(),
      ).toThrow(/FOREIGN KEY/);
    } finally {
      db.close();
    }
  });

  it('lets nobody read a transaction that is still open, in the same process', async () => {
    const identity = newIdentity();
    const seen: unknown[] = [];
    const failing = directory.commitLogin(createPlan({ identity, memberships: loginGroups(['a']) }), () => {
      seen.push(directory.findByIdentity(identity), directory.listGroups());
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await Promise.all(seen)).toEqual([undefined, []]);
  });

  it('says that it is unavailable while another process keeps the file locked, reads on, and recovers', async () => {
    const user = await commit(directory, createPlan());
    const blocker = new Database(path);
    blocker.exec('begin immediate');
    const writing = directory.setDisabled(user.id, { at: 1 });
    // Reading goes on beside it, and the event loop is not held.
    expect(await directory.findUser(user.id)).toEqual(user);
    await expect(writing).rejects.toMatchObject({ code: 'store_unavailable' });
    blocker.exec('rollback');
    blocker.close();
    expect(await directory.findUser(user.id)).toEqual(user);
    expect(await directory.setDisabled(user.id, { at: 1 })).toMatchObject({ changed: true });
  });

  it('waits for another process that keeps the file locked only for a moment', async () => {
    const blocker = new Database(path);
    blocker.exec('begin immediate');
    const writing = commit(directory, createPlan());
    await new Promise((resolve) => setTimeout(resolve, 100));
    blocker.exec('commit');
    blocker.close();
    await expect(writing).resolves.toMatchObject({ version: 1 });
  });

  it('trusts its caches between changes, and tells whose snapshot changed elsewhere', async () => {
    const user = await commit(directory, createPlan());
    const told: unknown[] = [];
    await nextTurn();
    expect(directory.freshness.check()).toBe('trusted');
    directory.freshness.onInvalidated((id) => told.push(id));
    await nextTurn();
    expect(directory.freshness.check()).toBe('trusted');
    expect(told).toEqual([]);
    const second = await openDirectory(`sqlite:${path}`, { now: () => 1 });
    await second.setDisabled(user.id, { at: 1 });
    await second.close();
    await nextTurn();
    expect(directory.freshness.check()).toBe('trusted');
    expect(told).toEqual([user.id]);
  });

  it('does not tell of a change before it is committed, however often it is asked', async () => {
    const told: unknown[] = [];
    directory.freshness.onInvalidated((id) => told.push(id));
    const checks: string[] = [];
    const writing = directory.commitLogin(createPlan(), () => {
      checks.push(directory.freshness.check());
      throw new Error('rolled back');
    });
    await expect(writing).rejects.toThrow('rolled back');
    const user = await commit(directory, createPlan());
    await nextTurn();
    checks.push(directory.freshness.check());
    expect(checks).toEqual(['trusted', 'trusted']);
    expect(new Set(told)).toEqual(new Set([user.id]));
  });

  it('is not trusted once it is closed', async () => {
    await directory.close();
    await nextTurn();
    expect(directory.freshness.check()).toBe('ask');
  });

  it('refuses a file that is no database, a folder, and an address of another kind', async () => {
    const text = join(folder, 'text');
    await writeFile(text, 'this is no database at all, but a text that is long enough to look at');
    for (const url of [`sqlite:${text}`, `sqlite:${folder}`]) {
      await expect(openDirectory(url, { now: () => 1 })).rejects.toMatchObject({
        code: 'store_unavailable',
        detail: 'directory.open',
      });
    }
    for (const url of ['sqlite:relative.db', 'sqlite::memory:', 'mysql://x', '']) {
      await expect(openDirectory(url, { now: () => 1 })).rejects.toMatchObject({
        code: 'internal',
        detail: 'directory.url',
      });
    }
  });
});
