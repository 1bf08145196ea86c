import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import { run } from '../../src/cli/index.ts';
import type { AuditEvent } from '../../src/audit/index.ts';
import { migrate, openDirectory, transferDirectory } from '../../src/directory/index.ts';
import { openSide } from '../../src/directory/transfer/open-side.ts';
import { bornWithRows, leftBehind, shapes } from '../../src/directory/transfer/tables.ts';
import { commit, createPlan, loginGroups } from '../support/directory.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';

describe('moving a directory', () => {
  let postgres: PostgresServer;
  let folder: string;
  let from: string;
  let to: string;

  beforeAll(async () => {
    postgres = await startPostgres();
  }, 60_000);
  afterAll(() => postgres?.stop());
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'doorward-transfer-'));
    from = `sqlite:${join(folder, 'directory.db')}`;
    to = await postgres.createDatabase();
    await migrate(from);
    fill(join(folder, 'directory.db'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const move = (source = from, target = to) => transferDirectory(source, target, { now: 1 });

  /** A row or more in every table, of the shape that its catalog tells: a table that is added later is filled, too. */
  function fill(path: string): void {
    const db = new SqliteDatabase(path);
    db.pragma('foreign_keys = off');
    const tables = db
      .prepare<[], { name: string }>(`select name from sqlite_master where type = 'table'`)
      .all()
      .map(({ name }) => name)
      .filter((name) => !Object.hasOwn(leftBehind, name) && !/^(sqlite_|people_search_)/.test(name));
    for (const name of tables) {
      const columns = db
        .prepare<[string], { name: string; type: string; notnull: number; pk: number }>(
          'select * from pragma_table_info(?)',
        )
        .all(name);
      const references = new Map(
        db
          .prepare<[string], { from: string }>('select "from" from pragma_foreign_key_list(?)')
          .all(name)
          .map((each) => [each.from, true]),
      );
      for (let row = 1; row <= (bornWithRows.includes(name) ? 1 : 1_200); row += 1) {
        const values = columns.map((column) => {
          if (column.type === 'INTEGER') return column.name === 'deleted_at' ? null : row;
          if (references.has(column.name)) return `users-or-groups-${row}`;
          if (column.name === 'id') return `users-or-groups-${row}`;
          if (column.notnull === 0 && column.pk === 0 && row % 3 === 0) return null;
          return `${column.name} ${row} “Łukasz” \u{1F600}\n'\\"`;
        });
        const marks = values.map(() => '?').join(', ');
        const names = columns.map((column) => `"${column.name}"`).join(', ');
        db.prepare(`insert or replace into "${name}" (${names}) values (${marks})`).run(...values);
      }
    }
    db.close();
  }

  it('takes every table along, whole, and proves it by counts and digests', async () => {
    const seen = new Map<string, number>();
    const tables = await transferDirectory(from, to, {
      now: 1,
      onProgress: (table, rows) => void seen.set(table, rows),
    });
    const source = await openSide(from, 1);
    expect(tables.map(({ table }) => table).toSorted()).toEqual(
      [...(await shapes(source)).keys()].toSorted(),
    );
    await source.close();
    for (const { table, rows, digest } of tables) {
      expect([table, rows]).toEqual([table, bornWithRows.includes(table) ? 1 : 1_200]);
      expect(seen.get(table)).toBe(rows);
      expect(digest).toMatch(/^[0-9a-f]{64}$/);
      expect(await postgres.query(to, `select count(*)::int as rows from ${table}`)).toEqual([{ rows }]);
    }
    const [row] = (await postgres.query(to, `select * from users where id = 'users-or-groups-7'`)) as [
      Record<string, unknown>,
    ];
    expect(row['display_name']).toBe(`display_name 7 “Łukasz” \u{1F600}\n'\\"`);
    expect(await postgres.query(to, 'select sum(live)::int as live from scim_counts')).toEqual([
      { live: 2_400 },
    ]);
  }, 60_000);

  it('knows every table of both databases: copied, or left behind for a reason that is written down', async () => {
    const [source, target] = [await openSide(from, 1), await openSide(to, 1)];
    const names = async (rows: Promise<unknown[]>) =>
      ((await rows) as { name: string }[]).map(({ name }) => name).toSorted();
    const inPostgres = await names(
      postgres.query(to, 'select tablename as name from pg_tables where schemaname = current_schema()'),
    );
    const copied = [...(await shapes(target)).keys()];
    expect(copied.toSorted()).toEqual([...(await shapes(source)).keys()].toSorted());
    for (const name of inPostgres) expect([...copied, ...Object.keys(leftBehind)]).toContain(name);
    for (const name of copied.filter((each) => !bornWithRows.includes(each)))
      expect(await postgres.query(to, `select 1 from ${name} limit 1`)).toEqual([]);
    await source.close();
    await target.close();
  });

  it('refuses a table that only one of the two has', async () => {
    await migrate(to);
    await postgres.query(to, 'create table added_by_hand (id text primary key)');
    await expect(move()).rejects.toMatchObject({ detail: 'directory.transfer_tables' });
  });

  it('goes on where it was interrupted, and until then nobody serves from the target', async () => {
    let told = 0;
    const interrupted = transferDirectory(from, to, {
      now: 1,
      onProgress(table) {
        if (table === 'memberships' && ++told === 2) throw new Error('the machine went down');
      },
    });
    await expect(interrupted).rejects.toThrow('the machine went down');
    await expect(openDirectory(to, { now: Date.now })).rejects.toMatchObject({
      detail: 'directory.half_moved',
    });
    const [before] = (await postgres.query(to, 'select xmin::text as written from users limit 1')) as [
      { written: string },
    ];
    const tables = await move();
    expect(tables.find(({ table }) => table === 'memberships')?.rows).toBe(1_200);
    // What was there was compared, not written again.
    expect(await postgres.query(to, 'select xmin::text as written from users limit 1')).toEqual([before]);
    await (await openDirectory(to, { now: Date.now })).close();
  }, 60_000);

  it('goes on after the source was changed in between, with the rows as they are now', async () => {
    const db = new SqliteDatabase(join(folder, 'directory.db'));
    let changed = false;
    const disturbed = transferDirectory(from, to, {
      now: 1,
      onProgress() {
        if (changed) return;
        changed = true;
        db.exec(`update users set display_name = 'renamed' where id = 'users-or-groups-9'`);
        db.exec(`delete from memberships where user_id = 'users-or-groups-1200'`);
        db.exec(`insert into change_log (user_id) values ('users-or-groups-9')`);
      },
    });
    await expect(disturbed).rejects.toMatchObject({ detail: 'directory.transfer_changed' });
    db.close();
    const tables = await move();
    expect(tables.find(({ table }) => table === 'memberships')?.rows).toBe(1_199);
    const text = `select display_name from users where id = 'users-or-groups-9'`;
    expect(await postgres.query(to, text)).toEqual([{ display_name: 'renamed' }]);
  }, 60_000);

  it('touches no target that has something in it', async () => {
    const taken = await openDirectory<AuditEvent>(to, { now: () => 1 });
    const user = await commit(taken, createPlan());
    await expect(move()).rejects.toMatchObject({ detail: 'directory.transfer_not_empty' });
    expect(await taken.findUser(user.id)).toBeDefined();
    await taken.close();
    const other = `sqlite:${join(folder, 'another.db')}`;
    const elsewhere = await postgres.createDatabase();
    const stopped = transferDirectory(from, elsewhere, {
      now: 1,
      onProgress() {
        throw new Error('stop');
      },
    });
    await expect(stopped).rejects.toThrow('stop');
    await migrate(other);
    await expect(move(other, elsewhere)).rejects.toMatchObject({ detail: 'directory.transfer_not_empty' });
  }, 60_000);

  it('is one command, which shows how far it is and never the password', async () => {
    const [out, err]: string[][] = [[], []];
    const secret = new URL(to).password;
    const hidden = to.replace(secret, '${env:PASSWORD}');
    const terminal = (env: Record<string, string>) => ({
      out: (text: string) => void out?.push(text),
      err: (text: string) => void err?.push(text),
      env,
      cwd: folder,
      color: false,
    });
    const words = ['migrate', '--from', 'sqlite:directory.db', '--to', hidden];
    expect(await run(words, terminal({}))).toBe(2);
    expect(await run(words, terminal({ PASSWORD: secret }))).toBe(0);
    expect(await run(words, terminal({ PASSWORD: secret }))).toBe(1);
    const text = [...(out ?? []), ...(err ?? [])].join('');
    expect(text).toMatch(/^users +1200 +[0-9a-f]{16}$/m);
    expect(text).toContain('memberships …');
    expect(text).toContain('The target is not empty');
    expect(text).not.toContain(secret);
  }, 60_000);

  it('makes a directory that goes on as before, and the way back, too', async () => {
    const home = `sqlite:${join(folder, 'home.db')}`;
    const before = await openDirectory<AuditEvent>(home, { now: () => 1 });
    const user = await commit(before, createPlan({ memberships: loginGroups(['x', 'y']) }));
    await before.append([{ type: 'user.created', at: 1, actor: { kind: 'system' }, userId: user.id }]);
    await before.close();
    await move(home, to);
    const moved = await openDirectory<AuditEvent>(to, { now: () => 2 });
    expect(await moved.findByIdentity(user.identities[0]!)).toEqual(user);
    await moved.append([{ type: 'user.disabled', at: 2, actor: { kind: 'system' }, userId: user.id }]);
    await moved.setDisabled(user.id, { at: 2 });
    expect((await moved.read({})).map(({ event }) => event.type)).toEqual(['user.created', 'user.disabled']);
    await moved.close();
    const back = `sqlite:${join(folder, 'back.db')}`;
    await move(to, back);
    const again = await openDirectory<AuditEvent>(back, { now: () => 3 });
    expect(await again.findUser(user.id)).toMatchObject({ disabledAt: 2 });
    expect(await again.read({})).toHaveLength(2);
    await again.append([{ type: 'user.enabled', at: 3, actor: { kind: 'system' }, userId: user.id }]);
    await again.close();
  }, 60_000);
});
