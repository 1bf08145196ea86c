import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import { migrate } from '../../../src/directory/index.ts';
import { columnTypes, migrations } from '../../../src/directory/migrations/index.ts';
import { kyselyOn } from '../../../src/directory/sqlite.ts';

/** Column by table: `text not null`. As a release left them; written with UPDATE_SCHEMA=1 when a version is released. */
interface Recorded {
  readonly steps: readonly string[];
  readonly tables: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const folder = fileURLToPath(new URL('../../fixtures/directory-schema', import.meta.url));
const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

async function current(): Promise<Recorded> {
  const scratch = mkdtempSync(join(tmpdir(), 'doorward-schema-'));
  try {
    const path = join(scratch, 'directory.db');
    await migrate(`sqlite:${path}`);
    const db = new SqliteDatabase(path);
    const rows = db
      .prepare<[], { table: string; name: string; type: string; required: number; fallback: string | null }>(
        `select tables.name as "table", columns.name, lower(columns.type) as type, columns."notnull" as required,
          columns.dflt_value as fallback from sqlite_master as tables, pragma_table_info(tables.name) as columns
          where tables.type = 'table' and tables.name not like 'sqlite%' and tables.name not like 'people_search%'
          order by 1, 2`,
      )
      .all();
    db.close();
    const tables: Record<string, Record<string, string>> = {};
    for (const { table, name, type, required, fallback } of rows)
      (tables[table] ??= {})[name] = `${type}${required && fallback === null ? ' required' : ''}`;
    return { steps: migrations.map(({ name }) => name), tables };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** What would break a gateway of the recorded release that runs on these tables. */
function breaks(released: Recorded, now: Recorded): string[] {
  const contracted = now.steps.some((step) => !released.steps.includes(step) && /^\d+-contract-/.test(step));
  return Object.entries(released.tables).flatMap(([table, columns]) => {
    const present = now.tables[table];
    if (present === undefined) return contracted ? [] : [`${table} is gone`];
    const changed = Object.entries(columns).flatMap(([name, type]) => {
      if (present[name] === undefined) return contracted ? [] : [`${table}.${name} is gone`];
      return present[name] === type ? [] : [`${table}.${name} was ${type} and is ${present[name]}`];
    });
    const unfilled = Object.entries(present)
      .filter(([name, type]) => !(name in columns) && type.endsWith(' required'))
      .map(([name]) => `${table}.${name} is required, and the release does not fill it`);
    return [...changed, ...unfilled];
  });
}

const takesAway = /\bdrop\s+(table|column|view)\b|\brename\b|\balter\s+column\b|\bset\s+not\s+null\b/i;
const addsRequired = /\badd\s+(column\s+)?\S+\s+(?!.*\bdefault\b).*\bnot\s+null\b/is;

/** Why a statement may not be in a step that expands. */
const isContracting = (text: string): boolean => takesAway.test(text) || addsRequired.test(text);

describe('an upgrade while the version before runs on', () => {
  it('leaves every release that was recorded all that it needs of the tables', async () => {
    const now = await current();
    const own = join(folder, `${manifest.version}.json`);
    if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(own, `${JSON.stringify(now, null, 2)}\n`);
    // A version is recorded once, when it is released.
    expect(existsSync(own)).toBe(true);
    const releases = readdirSync(folder).map(
      (file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recorded,
    );
    expect(releases.length).toBeGreaterThan(0);
    for (const released of releases) expect(breaks(released, now)).toEqual([]);
  });

  it('only adds, in the steps since then that are not named for taking away', () => {
    const known = readdirSync(folder).flatMap(
      (file) => (JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recorded).steps,
    );
    const db = kyselyOn(new SqliteDatabase(':memory:'));
    const wrong = migrations
      .filter(({ name }) => !known.includes(name) && !/^\d+-contract-/.test(name))
      .flatMap(({ name, statements }) =>
        Object.values(columnTypes)
          .flatMap((types) => statements(types))
          .map((statement) => statement.compile(db).sql)
          .filter(isContracting)
          .map((text) => `${name}: ${text}`),
      );
    expect(wrong).toEqual([]);
  });

  it('would be found out', () => {
    const released: Recorded = { steps: ['1'], tables: { users: { id: 'text required', name: 'text' } } };
    const after = (tables: Recorded['tables'], step = '2-more') =>
      breaks(released, { steps: ['1', step], tables });
    expect(after({ users: { id: 'text required', name: 'text', age: 'integer' }, more: {} })).toEqual([]);
    expect(after({})).toEqual(['users is gone']);
    expect(after({ users: { id: 'text required' } })).toEqual(['users.name is gone']);
    expect(after({ users: { id: 'text required' } }, '2-contract-name')).toEqual([]);
    expect(after({ users: { id: 'integer required', name: 'text' } })).toHaveLength(1);
    expect(after({ users: { id: 'text required', name: 'text', age: 'integer required' } })).toHaveLength(1);
  });

  it.each([
    ['create table a (b text not null)', false],
    ['create index a on b (c)', false],
    ['alter table a add column b text', false],
    ['alter table a add column b integer not null default 0', false],
    ['alter table a add column b integer not null', true],
    ['alter table a drop column b', true],
    ['drop table a', true],
    ['alter table a rename column b to c', true],
    ['alter table a alter column b type bigint', true],
  ])('knows what takes away: %s', (text, expected) => expect(isContracting(text)).toBe(expected));
});
