import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import { commandLine } from '../../support/command-line.ts';
import { commit, createPlan, loginGroups, newIdentity } from '../../support/directory.ts';
import { type Fleet, startFleet } from '../../support/fleet.ts';

describe('doorward backup and restore', () => {
  let line: ReturnType<typeof commandLine>;
  beforeEach(() => void (line = commandLine()));
  afterEach(() => line.cleanUp());

  const person = (name: string) => {
    const profile = { userName: name, email: name, emailVerified: true, displayName: name };
    const plan = createPlan({ identity: newIdentity(), profile, memberships: loginGroups(['engineers']) });
    return line.stores(({ directory }) => commit(directory, plan));
  };
  const names = async () =>
    (JSON.parse((await line.run('users', 'list', '--json')).out) as { userName: string }[]).map(
      ({ userName }) => userName,
    );

  it('give back every person, group and record, and name what was done since and is undone', async () => {
    for (const name of ['ann@a.example', 'bea@a.example', 'cy@a.example']) await person(name);
    await line.run('users', 'disable', 'cy@a.example');
    const file = join(line.root, 'kept.db');
    const made = await line.run('backup', 'kept.db');
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(made.out).toMatch(/kept\.db: 3 users, 1 groups, \d+ audit records, .*SHA-256 [0-9a-f]{64}\n$/);
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
    expect(readdirSync(line.root).filter((name) => name.startsWith('kept'))).toEqual(['kept.db']);

    const before = await line.stores(({ directory }) => directory.read({ limit: 100 }));
    await person('dee@a.example');
    await line.run('users', 'disable', 'ann@a.example');
    await line.run('users', 'erase', 'bea@a.example', '--yes');
    const restored = await line.run('restore', 'kept.db');
    expect(restored.code).toBe(0);
    expect(restored.out).toContain('3 users');
    expect(restored.err).toMatch(/Disabled after .*:\n {2}ann@a\.example\n.*disable NAME/);
    expect(restored.err).toMatch(/Erased after .*:\n {2}bea@a\.example\n.*erase NAME/);
    expect(await names()).toEqual(['ann@a.example', 'bea@a.example', 'cy@a.example']);
    expect((await line.run('users', 'show', 'cy@a.example')).out).toContain('disabled');
    expect(await line.stores(({ directory }) => directory.read({ limit: 100 }))).toEqual(before);
    expect((await line.run('audit', 'verify')).code).toBe(0);

    // What was replaced is kept, whole.
    const kept = readdirSync(join(line.root, 'data')).find((name) => name.startsWith('directory.db.before-'));
    expect(restored.out).toContain(kept);
    const old = new SqliteDatabase(join(line.root, 'data', kept ?? ''), { readonly: true });
    expect(old.prepare('select count(*) as n from users').get()).toEqual({ n: 3 });
    expect(old.prepare(`select 1 from users where user_name = 'dee@a.example'`).all()).toHaveLength(1);
    old.close();
  });

  it('overwrite nothing, and take nothing for a backup that is none or is damaged', async () => {
    await person('ann@a.example');
    const other = join(line.root, 'other.txt');
    writeFileSync(other, 'not a database');
    expect(await line.run('backup', 'other.txt')).toMatchObject({
      code: 1,
      err: expect.stringContaining('exists already'),
    });
    expect(readFileSync(other, 'utf8')).toBe('not a database');
    await line.run('backup', 'kept.db');
    const whole = readFileSync(join(line.root, 'kept.db'));
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, Math.floor(damaged.length / 2), Math.floor(damaged.length / 2) + 4_096);
    writeFileSync(join(line.root, 'damaged.db'), damaged);
    writeFileSync(join(line.root, 'short.db'), whole.subarray(0, whole.length - 8_192));
    new SqliteDatabase(join(line.root, 'empty.db')).close();
    for (const name of ['other.txt', 'damaged.db', 'short.db', 'empty.db', 'missing.db'])
      expect(await line.run('restore', name)).toMatchObject({
        code: 1,
        err: expect.stringContaining('is damaged, or no directory of Doorward'),
      });
    expect(await names()).toEqual(['ann@a.example']);
    expect(readdirSync(join(line.root, 'data')).filter((name) => /before|restoring/.test(name))).toEqual([]);
  });

  it('replace a directory that cannot be read any more', async () => {
    await person('ann@a.example');
    await line.run('backup', 'kept.db');
    writeFileSync(join(line.root, 'data', 'directory.db'), 'the disk is broken'.repeat(500));
    const restored = await line.run('restore', 'kept.db');
    expect([restored.code, restored.err]).toEqual([0, expect.stringContaining('could not be read')]);
    expect(await names()).toEqual(['ann@a.example']);
  });

  it('say what to use for PostgreSQL', async () => {
    const far = commandLine('state: { directory: "postgres://nobody@127.0.0.1:9/none" }\n');
    try {
      expect(await far.run('backup', 'kept.db')).toMatchObject({
        code: 1,
        err: expect.stringContaining('pg_dump'),
      });
    } finally {
      far.cleanUp();
    }
  });
});

describe('doorward backup while a gateway serves', () => {
  it('is of one moment, stops nobody, and is not put back under a gateway that runs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'doorward-backup-'));
    let fleet: Fleet | undefined;
    try {
      fleet = await startFleet({
        size: 1,
        directory: `sqlite:${join(folder, 'directory.db')}`,
        sessions: `sqlite:${join(folder, 'sessions.db')}`,
      });
      const [gateway] = fleet.gateways;
      if (!gateway) throw new Error('no gateway');
      const started = fleet;
      const acknowledged: string[] = [];
      const over = new AbortController();
      const statuses = new Set<number>();
      const { cookie } = await fleet.signIn((await fleet.createUser(['readers'])).id);
      const load = [
        (async () => {
          while (!over.signal.aborted) acknowledged.push((await started.createUser(['engineers'])).id);
        })(),
        (async () => {
          while (!over.signal.aborted) statuses.add((await gateway.verify(cookie)).status);
        })(),
      ];
      const file = join(folder, 'kept.db');
      const before = acknowledged.length;
      try {
        await fleet.command('backup', file);
        await expect(fleet.command('restore', file)).rejects.toThrow('is in use: stop the gateway before');
      } finally {
        over.abort();
        await Promise.all(load);
      }
      expect([...statuses]).toEqual([202]);
      const copy = new SqliteDatabase(file, { readonly: true });
      const ids = copy
        .prepare<[], { id: string }>('select id from users')
        .all()
        .map(({ id }) => id);
      // A moment of the history: everything before it, nothing after it, and each user with their membership.
      const inCopy = acknowledged.filter((id) => ids.includes(id));
      expect(inCopy.length).toBeGreaterThanOrEqual(before);
      expect(inCopy).toEqual(acknowledged.slice(0, inCopy.length));
      expect(
        copy
          .prepare('select count(*) as n from users where id not in (select user_id from memberships)')
          .get(),
      ).toEqual({ n: 0 });
      copy.close();

      await gateway.stop();
      await fleet.stores.close();
      await fleet.command('restore', file);
      await gateway.start();
      expect((await gateway.verify(cookie)).status).toBe(202);
    } finally {
      await fleet?.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);
});
