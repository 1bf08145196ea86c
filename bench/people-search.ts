import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Sqlite from 'better-sqlite3';
import { seeded } from '../demo/seeded.ts';
import { openDirectory, type PeopleQuery } from '../src/directory/index.ts';

/**
 * Search as one types, among 100,000 people: the directory's answer beside the bare SQL that a plain implementation would
 * run (`like '%…%'`, ordered, limited). Medians of interleaved rounds. `node bench/people-search.ts [--people N] [--json]`
 */
const { values } = parseArgs({
  options: { people: { type: 'string', default: '100000' }, json: { type: 'boolean', default: false } },
});
const people = Number(values.people);
const rounds = 9;
const directory = mkdtempSync(join(tmpdir(), 'doorward-search-'));
const path = join(directory, 'directory.db');

const queries: readonly (readonly [string, Omit<PeopleQuery, 'limit'>])[] = [
  ['one letter', { search: 'a' }],
  ['two letters', { search: 'an' }],
  ['a given name', { search: 'ana' }],
  ['a given name and part of a family name', { search: 'ana famil' }],
  ['a family name', { search: 'family7x' }],
  ['a whole address', { search: 'ana.family7x.42@acme.example' }],
  ['part of a number', { search: '7777' }],
  ['nobody', { search: 'zzzz' }],
  ['a word that everybody has', { search: 'acme' }],
  ['a name at the end of the list, one provider', { search: 'łuk', provider: 'entra' }],
  ['a small group', { group: 'few' }],
  ['a word in a small group', { group: 'few', search: 'acme', status: 'active' }],
  ['disabled', { status: 'disabled' }],
  ['the first page', {}],
];

async function fill(): Promise<void> {
  const opened = await openDirectory(`sqlite:${path}`, { now: Date.now });
  await opened.close();
  const random = seeded(1);
  const database = new Sqlite(path);
  database.pragma('synchronous = off');
  const given =
    'Ana Ben Chloé Dan Eva Łukasz Gita Hugo Ines Jan Kim Lea Max Nia Olga Paul Quinn Rosa Sven Tara'.split(
      ' ',
    );
  const user = database.prepare(
    `insert into users (id, user_name, user_name_key, email, email_key, email_verified, display_name, search_text,
      disabled_at, idp_roles, version, created_at, updated_at) values (?, ?, ?, ?, ?, 1, ?, ?, ?, '{}', 1, 1, 1)`,
  );
  const identity = database.prepare(
    'insert into identities (issuer, subject, provider, user_id) values (?, ?, ?, ?)',
  );
  const member = database.prepare(
    `insert into memberships (user_id, group_id, source, granted_at) values (?, ?, 'login:okta', 1)`,
  );
  database
    .prepare(`insert into groups (id, name, created_at) values ('g0', 'everybody', 1), ('g1', 'few', 1)`)
    .run();
  database.transaction(() => {
    for (let index = 0; index < people; index += 1) {
      const id = `0198c0de-0000-7000-8000-${index.toString(16).padStart(12, '0')}`;
      const [first, last] = [random.pick(given), `Family${random.below(997).toString(36)}`];
      const name = `${first}.${last}.${index}@acme.example`.toLowerCase();
      const search = `${name}\n${name}\n${first} ${last}`.toLowerCase();
      user.run(id, name, name, name, name, `${first} ${last}`, search, index % 500 === 0 ? 1 : null);
      identity.run('https://idp.example', id, index % 3 === 0 ? 'entra' : 'okta', id);
      member.run(id, 'g0');
      if (index % 5_000 === 0) member.run(id, 'g1');
    }
  })();
  database.close();
}

function bareSql(
  database: Sqlite.Database,
  { search, provider, group, status }: Omit<PeopleQuery, 'limit'>,
): number {
  const words = (search ?? '').split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  const conditions = [
    'true',
    ...words.map(() => `search_text like '%' || ? || '%'`),
    ...(provider === undefined ? [] : ['id in (select user_id from identities where provider = ?)']),
    ...(group === undefined
      ? []
      : [
          'id in (select user_id from memberships join groups on groups.id = group_id where groups.name = ?)',
        ]),
    ...(status === 'disabled' ? ['disabled_at is not null'] : []),
    ...(status === 'active' ? ['disabled_at is null and deactivated_at is null'] : []),
  ];
  const sql = `select id, user_name, email, display_name from users where ${conditions.join(' and ')} order by user_name_key, id limit 50`;
  const parameters = [...words, provider, group].filter((each) => each !== undefined);
  return database.prepare<unknown[]>(sql).all(...parameters).length;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}

try {
  await fill();
  const store = await openDirectory(`sqlite:${path}`, { now: Date.now });
  const bare = new Sqlite(path, { readonly: true });
  const rows = [];
  for (const [name, query] of queries) {
    const [ours, theirs]: [number[], number[]] = [[], []];
    let found = 0;
    for (let round = 0; round < rounds; round += 1) {
      let start = performance.now();
      found = (await store.searchPeople({ ...query, limit: 50 })).length;
      ours.push(performance.now() - start);
      start = performance.now();
      bareSql(bare, query);
      theirs.push(performance.now() - start);
    }
    rows.push({
      name: `people search: ${name}`,
      found,
      median: Number(median(ours).toFixed(2)),
      worst: Number(Math.max(...ours).toFixed(2)),
      bareSql: Number(median(theirs).toFixed(2)),
      ratio: Number((median(theirs) / median(ours)).toFixed(2)),
    });
  }
  bare.close();
  await store.close();
  if (values.json) console.log(JSON.stringify({ people, rounds, rows }, null, 2));
  else {
    console.log(
      `${people} people, medians of ${rounds} rounds, milliseconds; bare: like '%…%' without the rest of a person`,
    );
    for (const row of rows) {
      const { name, median: time, worst, bareSql: plain, found } = row;
      console.log(
        `${name.slice(15).padEnd(46)} ${String(time).padStart(7)}  worst ${String(worst).padStart(7)}  bare ${String(plain).padStart(7)}  found ${found}`,
      );
    }
  }
} finally {
  rmSync(directory, { recursive: true });
}
