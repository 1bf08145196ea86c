import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '../test/support/redis.ts';
import type { BenchArguments } from './arguments.ts';
import type { GatewaySpec } from './gateway-spec.ts';
import { loadGenerator, type LoadGenerator } from './load.ts';
import { play, type Contest, type Row } from './rounds.ts';
import { startServer, type BenchServer } from './servers.ts';

/** What every section of the benchmark works with; whatever it starts ends with `close`. */
export interface Kit {
  readonly options: BenchArguments;
  readonly folder: string;
  readonly load: LoadGenerator;
  say(text: string): void;
  /** URL of a Redis of its own. */
  redis(): Promise<string>;
  start(file: string, ...args: string[]): Promise<BenchServer>;
  /** A gateway with a folder of its own. */
  gateway(spec: Omit<GatewaySpec, 'folder'>): Promise<BenchServer>;
  /** The ceiling: answers with the very headers that this gateway answers with. */
  bare(like: BenchServer): Promise<BenchServer>;
  play(contests: readonly Contest[]): Promise<Row[]>;
  cleanUp(how: () => Promise<unknown>): void;
  close(): Promise<void>;
}

/** One part of the table. */
export interface Section {
  readonly name: string;
  run(kit: Kit): Promise<Row[]>;
}

/** What nginx sends with every check. */
export const described = [
  'X-Original-URL: https://catalog.example/tables/urn:li:dataset?q=sales',
  'X-Original-Method: GET',
];

/** A contest at the verify endpoint. */
export function contest(
  name: string,
  server: BenchServer,
  cookies: readonly string[],
  ceiling?: string,
): Contest {
  return { name, target: { url: server.url, headers: described, cookies }, ceiling, cpu: () => server.cpu() };
}

export async function createKit(options: BenchArguments): Promise<Kit> {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-bench-'));
  const cleanups: (() => Promise<unknown>)[] = [];
  const say = (text: string): void => void process.stderr.write(text);
  const load = await loadGenerator(folder);
  const start = async (file: string, ...args: string[]): Promise<BenchServer> => {
    const server = await startServer(file, args);
    cleanups.push(() => server.stop());
    return server;
  };
  return {
    options,
    folder,
    load,
    say,
    start,
    async redis() {
      const server = await startRedis();
      cleanups.push(() => server.stop());
      return server.url;
    },
    async gateway(spec) {
      say(
        `starting a gateway with ${spec.sessions.toLocaleString('en')} sessions in ${spec.store.split(':')[0]} …\n`,
      );
      const own = await mkdtemp(join(folder, 'gateway-'));
      await mkdir(own, { recursive: true });
      return start('serve-gateway.ts', JSON.stringify({ ...spec, folder: own }));
    },
    bare: async (like) => start('serve-bare.ts', JSON.stringify(await answerOf(like))),
    play: (contests) =>
      play(contests, load, {
        ...options,
        onRound: (round) => say(round === 0 ? 'warming up …\n' : `round ${round} of ${options.rounds} …\n`),
      }),
    cleanUp: (how) => void cleanups.push(how),
    async close() {
      for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The headers of a real answer of the gate, without those that node:http adds on its own. */
export async function answerOf({ url, cookies }: BenchServer): Promise<string[]> {
  const headers = Object.fromEntries(described.map((line) => line.split(': ') as [string, string]));
  const answer = await fetch(url, { headers: { ...headers, cookie: cookies[0] ?? '' } });
  if (answer.status !== 202) throw new Error(`the gate answers ${answer.status}`);
  const own = new Set(['connection', 'date', 'keep-alive']);
  return [...answer.headers].filter(([name]) => !own.has(name)).flat();
}
