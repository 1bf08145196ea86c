import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ConsoleStore, openDirectory } from '../src/directory/index.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { fillWithPeople } from './people/fill.ts';
import { type Plain, plainPostgres, plainSqlite, type Search } from './people/plain.ts';

/**
 * Search as one types, among 100,000 people: the directory's answer beside the bare SQL that a plain implementation would
 * run. Medians of interleaved rounds. `node bench/people-search.ts [--people N] [--store sqlite|postgres] [--json]`
 */
const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '100000' },
    store: { type: 'string', default: 'sqlite' },
    json: { type: 'boolean', default: false },
  },
});
const people = Number(values.people);
const rounds = 9;

const queries: readonly (readonly [string, Search])[] = [
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

interface Row {
  readonly name: string;
  readonly found: number;
  /** Milliseconds, ours and the bare statement's. */
  readonly median: number;
  readonly worst: number;
  readonly bareSql: number;
  readonly ratio: number;
}

async function measure(url: string, plain: Plain): Promise<void> {
  const store = await openDirectory(url, { now: Date.now });
  try {
    await fillWithPeople(plain, people);
    report(await rowsOf(store, plain));
  } finally {
    await store.close();
    await plain.close();
  }
}

async function rowsOf(store: Pick<ConsoleStore, 'searchPeople'>, plain: Plain): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const [name, query] of queries) {
    const [ours, theirs]: [number[], number[]] = [[], []];
    let found = 0;
    for (let round = 0; round < rounds; round += 1) {
      let start = performance.now();
      found = (await store.searchPeople({ ...query, limit: 50 })).length;
      ours.push(performance.now() - start);
      start = performance.now();
      await plain.search(query);
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
  return rows;
}

function report(rows: readonly Row[]): void {
  if (values.json) return console.log(JSON.stringify({ store: values.store, people, rounds, rows }, null, 2));
  console.log(
    `${people} people, ${values.store}, medians of ${rounds} rounds, milliseconds; bare: like '%…%' without the rest of a person`,
  );
  for (const { name, median: time, worst, bareSql, found } of rows) {
    console.log(
      `${name.slice(15).padEnd(46)} ${String(time).padStart(7)}  worst ${String(worst).padStart(7)}  bare ${String(bareSql).padStart(7)}  found ${found}`,
    );
  }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}

async function onSqlite(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'doorward-search-'));
  const path = join(directory, 'directory.db');
  try {
    await (await openDirectory(`sqlite:${path}`, { now: Date.now })).close();
    await measure(`sqlite:${path}`, plainSqlite(path));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function onPostgres(): Promise<void> {
  const server = await startPostgres();
  try {
    const url = await server.createDatabase();
    await (await openDirectory(url, { now: Date.now })).close();
    await measure(url, await plainPostgres(url));
  } finally {
    await server.stop();
  }
}

if (values.store !== 'sqlite' && values.store !== 'postgres') {
  console.error('--store is sqlite or postgres');
  process.exitCode = 2;
} else await (values.store === 'sqlite' ? onSqlite() : onPostgres());
