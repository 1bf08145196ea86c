/**
 * `node bench/scim.ts`: what the SCIM service does in a second, beside the one SQL statement that each operation needs
 * with a bare HTTP answer around it. The method is in docs/scim.md.
 *
 *   --users 1000,100000   --stores sqlite,postgres   --seconds 3   --rounds 3   --connections 16   --json
 *   --load 100000    instead: the first load of an empty directory by POSTs, and whether any was lost or doubled
 *   --against URL --token TOKEN   any other SCIM server; it gets a few hundred users and one group, which are deleted after
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startPostgres } from '../test/support/postgres.ts';
import { measureAgainst } from './scim/against.ts';
import { measure, type Sent } from './scim/client.ts';
import type { Usage } from './scim/usage.ts';
import { initialLoad } from './scim/load.ts';
import { groupId, largeGroup, userId, userName, userOf } from './scim/people.ts';
import { seed } from './scim/seed.ts';
import { describeMachine } from './table.ts';

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '1000,100000' },
    stores: { type: 'string', default: 'sqlite,postgres' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '16' },
    json: { type: 'boolean', default: false },
    load: { type: 'string' },
    against: { type: 'string' },
    token: { type: 'string' },
  },
});
const duration = Number(values.seconds) * 1_000;
const rounds = Number(values.rounds);
const connections = Number(values.connections);
const say = (text: string): void => void process.stderr.write(text);

interface Row {
  readonly name: string;
  /** Operations a second, the median of the rounds. */
  readonly perSecond: number;
  readonly bare: number;
  readonly ratio: number;
  /** Processor time of the server for one request, microseconds, and that of the bare one divided by it. */
  readonly cpu: number;
  readonly cpuRatio: number;
  /** The longest that the event loop was held during the operation, milliseconds. */
  readonly maxLoopDelay: number;
}

interface Operation {
  readonly name: string;
  /** One request; the number grows with every call. */
  readonly ours: (index: number) => Sent;
  readonly bare: (index: number) => Sent;
}

const patch = (...operations: readonly object[]) =>
  JSON.stringify({ schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations });

/** Spreads over all users, so that no page of the database is the lucky one. */
const spread = (index: number, users: number) => (index * 7_919) % users;

function operations(users: number): Operation[] {
  const page = (number: number) => `/scim/v2/Users?startIndex=${(number - 1) * 100 + 1}&count=100`;
  const pages = users / 100;
  const late = Math.max(1, Math.floor(pages * 0.9));
  const listed = (number: number): Operation => ({
    name: `list page ${number} of ${pages}, 100 users`,
    ours: () => ({ method: 'GET', path: page(number) }),
    bare: () => ({ method: 'GET', path: `/list/${number === 1 ? '0' : userId((number - 1) * 100 - 1)}` }),
  });
  const member = (group: number, size: number): Operation => ({
    name: `PATCH one member, group of ${size.toLocaleString('en')}`,
    ours: (index) => {
      const user = userId(users - 1 - (Math.floor(index / 2) % 250));
      const operation =
        index % 2 === 0
          ? { op: 'add', path: 'members', value: [{ value: user }] }
          : { op: 'remove', path: `members[value eq "${user}"]` };
      return { method: 'PATCH', path: `/scim/v2/Groups/${groupId(group)}`, body: patch(operation) };
    },
    bare: (index) => {
      const user = userId(users - 1 - (Math.floor(index / 2) % 250));
      return { method: 'PATCH', path: `/${index % 2 === 0 ? 'join' : 'leave'}/${group}/${user}`, body: '{}' };
    },
  });
  return [
    {
      name: 'create',
      ours: (index) => ({
        method: 'POST',
        path: '/scim/v2/Users',
        body: JSON.stringify(userOf(`new${index}@acme.example`)),
      }),
      bare: (index) => ({
        method: 'POST',
        path: `/create/new${index}@bare.example`,
        body: JSON.stringify(userOf(`new${index}@bare.example`)),
      }),
    },
    {
      name: 'get by userName',
      ours: (index) => ({
        method: 'GET',
        path: `/scim/v2/Users?filter=${encodeURIComponent(`userName eq "${userName(spread(index, users))}"`)}`,
      }),
      bare: (index) => ({ method: 'GET', path: `/get/${userName(spread(index, users))}` }),
    },
    {
      name: 'PATCH active',
      ours: (index) => ({
        method: 'PATCH',
        path: `/scim/v2/Users/${userId(spread(Math.floor(index / 2), users))}`,
        body: patch({ op: 'replace', path: 'active', value: index % 2 === 1 }),
      }),
      bare: (index) => ({
        method: 'PATCH',
        path: `/active/${userId(spread(Math.floor(index / 2), users))}/${index % 2}`,
        body: '{}',
      }),
    },
    member(0, 10),
    member(1, largeGroup(users)),
    listed(1),
    ...(late > 1 ? [listed(late)] : []),
  ];
}

const counters = new Map<string, number>();
function counter(key: string): () => number {
  return () => {
    const value = counters.get(key) ?? 0;
    counters.set(key, value + 1);
    return value;
  };
}

async function start(
  file: string,
  ...args: string[]
): Promise<{ child: ChildProcess; ready: Record<string, string> }> {
  const path = fileURLToPath(new URL(`scim/${file}`, import.meta.url));
  const child = fork(path, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [ready] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${file} ended`))),
  ])) as [Record<string, string>];
  return { child, ready };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

const median = (numbers: readonly number[]) =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;

async function benchStore(
  store: string,
  users: number,
  url: string,
  bareUrl: string,
  folder: string,
): Promise<Row[]> {
  say(`${store}: making ${users.toLocaleString('en')} users …\n`);
  await seed(url, users);
  await seed(bareUrl, users);
  const rows: Row[] = [];
  const ours = await start('serve.ts', url, folder);
  const bare = await start('serve-bare.ts', bareUrl);
  try {
    const [target, bareTarget] = [new URL(ours.ready['url'] ?? ''), new URL(bare.ready['url'] ?? '')];
    const headers = { authorization: `Bearer ${ours.ready['token']}` };
    for (const operation of operations(users)) {
      const key = `${store} ${users} ${operation.name}`;
      const [nextOurs, nextBare] = [counter(`${key} ours`), counter(`${key} bare`)];
      const runOurs = (length: number) =>
        measure(target, headers, () => operation.ours(nextOurs()), { connections, duration: length });
      const runBare = (length: number) =>
        measure(bareTarget, {}, () => operation.bare(nextBare()), { connections, duration: length });
      await runOurs(duration / 3);
      await runBare(duration / 3);
      await Promise.all([usage(ours.child), usage(bare.child)]);
      const measured: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] };
      const done = { ours: 0, bare: 0 };
      for (let round = 0; round < rounds; round += 1) {
        for (const [who, run] of [
          ['ours', runOurs],
          ['bare', runBare],
        ] as const) {
          const result = await run(duration);
          measured[who].push(result.perSecond);
          done[who] += result.done;
        }
      }
      const [used, bareUsed] = await Promise.all([usage(ours.child), usage(bare.child)]);
      const [perSecond, bareSpeed] = [median(measured.ours), median(measured.bare)];
      const [cpu, bareCpu] = [used.cpu / done.ours, bareUsed.cpu / done.bare];
      const row: Row = {
        name: `${operation.name} · ${store} · ${users.toLocaleString('en')} users`,
        perSecond: Math.round(perSecond),
        bare: Math.round(bareSpeed),
        ratio: hundredths(perSecond / bareSpeed),
        cpu: Math.round(cpu),
        cpuRatio: hundredths(bareCpu / cpu),
        maxLoopDelay: Math.round(used.maxDelay),
      };
      rows.push(row);
      say(`  ${operation.name}: ${row.perSecond}/s, bare ${row.bare}/s, ratio ${row.ratio} (by CPU ${row.cpuRatio}: ${row.cpu} µs), loop ≤ ${row.maxLoopDelay} ms
`);
    }
    return rows;
  } finally {
    await stop(ours.child);
    await stop(bare.child);
  }
}

async function usage(child: ChildProcess): Promise<Usage> {
  child.send('usage');
  const [message] = (await once(child, 'message')) as [Usage];
  return message;
}

const hundredths = (number: number) => Math.round(number * 100) / 100;

async function bench(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-bench-scim-'));
  const stores = values.stores.split(',');
  const postgres = stores.includes('postgres') ? await startPostgres() : undefined;
  try {
    const rows: Row[] = [];
    for (const store of stores) {
      for (const users of values.users.split(',').map(Number)) {
        const [url, bareUrl] =
          store === 'postgres' && postgres
            ? [await postgres.createDatabase(), await postgres.createDatabase()]
            : [`sqlite:${join(folder, `${users}.db`)}`, `sqlite:${join(folder, `${users}-bare.db`)}`];
        rows.push(...(await benchStore(store, users, url, bareUrl, folder)));
      }
    }
    return rows;
  } finally {
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The first load of each kind of directory. */
async function load(users: number): Promise<object[]> {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-bench-scim-'));
  const stores = values.stores.split(',');
  const postgres = stores.includes('postgres') ? await startPostgres() : undefined;
  try {
    const rows: object[] = [];
    for (const store of stores) {
      const url =
        store === 'postgres' && postgres
          ? await postgres.createDatabase()
          : `sqlite:${join(folder, 'directory.db')}`;
      const { child, ready } = await start('serve.ts', url, folder);
      const target = new URL(ready['url'] ?? '');
      const headers = { authorization: `Bearer ${ready['token']}` };
      const loaded = await initialLoad(target, headers, users, connections).finally(() => stop(child));
      rows.push({ name: `initial load · ${store}`, ...loaded });
      say(`${JSON.stringify(rows.at(-1))}\n`);
    }
    return rows;
  } finally {
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const rows = values.load
  ? await load(Number(values.load))
  : values.against === undefined
    ? await bench()
    : await measureAgainst(values.against, values.token ?? '', { connections, duration, rounds, say });
if (values.json) process.stdout.write(`${JSON.stringify({ machine: describeMachine(), rows }, null, 2)}\n`);
else console.table(rows);
