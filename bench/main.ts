/** `npm run bench`: how close the gate comes to what node:http can do at all. The method is in docs/performance.md. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '../test/support/redis.ts';
import { readArguments, usage, type BenchArguments } from './arguments.ts';
import { loadGenerator } from './load.ts';
import { play, type Contest, type Row } from './rounds.ts';
import { startServer, type BenchServer } from './servers.ts';
import { describeMachine, formatTable } from './table.ts';

/** Different cookies that the load is spread over, of the many sessions. */
const spread = 20_000;
/** What nginx sends with every check. */
const described = [
  'X-Original-URL: https://catalog.example/tables/urn:li:dataset?q=sales',
  'X-Original-Method: GET',
];

async function bench(options: BenchArguments): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-bench-'));
  const say = (text: string): void => void process.stderr.write(text);
  const cleanups: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const load = await loadGenerator(folder);
    const redis = [await startRedis(), await startRedis()];
    cleanups.push(...redis.map((server) => () => server.stop()));
    const start = async (file: string, ...args: string[]): Promise<BenchServer> => {
      const server = await startServer(file, args);
      cleanups.push(() => server.stop());
      return server;
    };
    const gateway = async (name: string, store: string, sessions: number): Promise<BenchServer> => {
      say(`starting a gateway with ${sessions.toLocaleString('en')} sessions in ${name} …\n`);
      const own = join(folder, `${name}-${sessions}`);
      await mkdir(own);
      return start('serve-gateway.ts', store, String(sessions), String(spread), own);
    };
    const many = `${options.sessions.toLocaleString('en')} sessions`;
    const small = await gateway('SQLite', 'sqlite', 1);
    const smallRedis = await gateway('Redis', redis[0]?.url ?? '', 1);
    const large = await gateway('SQLite', 'sqlite', options.sessions);
    const largeRedis = await gateway('Redis', redis[1]?.url ?? '', options.sessions);
    const bare = await start('serve-bare.ts', JSON.stringify(await answerOf(small)));

    const contest = (
      name: string,
      server: BenchServer,
      cookiesOf: BenchServer,
      ceiling?: string,
    ): Contest => ({
      name,
      target: { url: server.url, headers: described, cookies: cookiesOf.cookies },
      ceiling,
      cpu: () => server.cpu(),
    });
    const ceiling = 'bare node:http, same headers';
    const spreadCeiling = `${ceiling}, cookies of ${many}`;
    const contests = [
      contest(ceiling, bare, small),
      contest('verify, embedded store, 1 session', small, small, ceiling),
      contest('verify, Redis store, 1 session', smallRedis, smallRedis, ceiling),
      contest(spreadCeiling, bare, large),
      contest(`verify, embedded store, ${many}`, large, large, spreadCeiling),
      contest(`verify, Redis store, ${many}`, largeRedis, largeRedis, spreadCeiling),
    ];
    if (options.against !== undefined) {
      const target = { url: options.against, headers: options.headers, cookies: [] };
      contests.push({ name: `against ${options.against}`, target, ceiling, cpu: undefined });
    }
    const { rounds, seconds } = options;
    const onRound = (round: number): void =>
      say(round === 0 ? 'warming up …\n' : `round ${round} of ${rounds} …\n`);
    const rows = await play(contests, load, { rounds, seconds, onRound });
    report(rows, options, load.name);
  } finally {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  }
}

/** The headers of a real answer of the gate, without those that node:http adds on its own. */
async function answerOf({ url, cookies }: BenchServer): Promise<string[]> {
  const answer = await fetch(url, { headers: { cookie: cookies[0] ?? '' } });
  if (answer.status !== 202) throw new Error(`the gate answers ${answer.status}`);
  const own = new Set(['connection', 'date', 'keep-alive']);
  return [...answer.headers].filter(([name]) => !own.has(name)).flat();
}

function report(rows: readonly Row[], options: BenchArguments, generator: string): void {
  const machine = describeMachine();
  if (options.json) process.stdout.write(`${JSON.stringify({ machine, generator, rows }, null, 2)}\n`);
  else process.stdout.write(formatTable(rows, machine, generator));
}

try {
  await bench(readArguments(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 1;
}
