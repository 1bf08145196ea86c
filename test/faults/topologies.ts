import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Fleet, silentProvider, startFleet } from '../support/fleet.ts';
import { type Op, opClient, startOp } from '../support/op.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import {
  type RedisSet,
  type SentinelSet,
  startRedisCluster,
  startRedisSentinel,
} from '../support/redis-topologies.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { type Relay, startRelay } from '../support/relay.ts';

/** Two gateways with an identity provider, on real stores. Everything is stopped by `stop`. */
export interface World {
  readonly fleet: Fleet;
  readonly op: Op;
  readonly scimToken: string;
  stop(): Promise<void>;
}

export interface ServerWorld extends World {
  readonly redis: TestRedis;
  readonly postgres: PostgresServer;
  readonly databaseUrl: string;
  /** Between the first gateway and Redis, and PostgreSQL. */
  readonly wires: readonly Relay[];
}

interface Stores {
  readonly directory: string | ((index: number) => string);
  readonly sessions: string | ((index: number) => string);
  readonly size?: number;
  readonly nodeArgs?: (index: number) => readonly string[];
}

async function world(stores: Stores, stopStores: () => Promise<void>): Promise<World> {
  let op: Op | undefined;
  try {
    const fleet = await startFleet({
      size: 2,
      ...stores,
      lines: ['login: { maxPerMinutePerAddress: 100000, maxPerMinutePerProvider: 100000 }'],
      async providers(baseUrl) {
        op = await startOp(`${baseUrl}/sso/callback/op`);
        const client = [`clientId: ${opClient.client_id}`, `clientSecret: ${opClient.client_secret}`];
        const lines = ['preset: oidc', 'label: OP', `issuer: ${op.issuer}`, 'allowInsecure: true', ...client];
        return { okta: `${silentProvider}\nscim: {}`, op: lines.join('\n') };
      },
    });
    if (!op) throw new Error('no identity provider');
    const started = op;
    const text = await fleet.command('scim', 'token', 'create', 'okta', '--name', 'test', '--json');
    const { token } = JSON.parse(text) as { token: string };
    return {
      fleet,
      op: started,
      scimToken: token,
      async stop() {
        await fleet.stop();
        await started.close();
        await stopStores();
      },
    };
  } catch (error) {
    await op?.close();
    await stopStores();
    throw error;
  }
}

/** One Redis that keeps an append-only file, one PostgreSQL; the first gateway behind wires that can be held or cut. */
export async function onServers(nodeArgs?: Stores['nodeArgs']): Promise<ServerWorld> {
  const kept = ['--appendonly', 'yes', '--appendfsync', 'always'];
  const [redis, postgres] = await Promise.all([startRedis(kept), startPostgres()]);
  const databaseUrl = await postgres.createDatabase();
  const { port } = new URL(databaseUrl);
  const wires = await Promise.all([redis.port, Number(port)].map((target) => startRelay(target)));
  const [toRedis, toPostgres] = wires;
  const stores = {
    directory: (index: number) =>
      index === 0 ? databaseUrl.replace(`:${port}/`, `:${toPostgres?.port}/`) : databaseUrl,
    sessions: (index: number) => (index === 0 ? `redis://127.0.0.1:${toRedis?.port}` : redis.url),
    ...(nodeArgs && { nodeArgs }),
  };
  const stop = async () => {
    await Promise.all(wires.map((wire) => wire.stop()));
    await Promise.all([redis.stop(), postgres.stop()]);
  };
  return { ...(await world(stores, stop)), redis, postgres, databaseUrl, wires };
}

/** A Redis that sentinels watch, one PostgreSQL. */
export async function onSentinels(): Promise<World & { readonly set: SentinelSet }> {
  const [set, postgres] = await Promise.all([startRedisSentinel(), startPostgres()]);
  const stop = async () => void (await Promise.all([set.stop(), postgres.stop()]));
  return { ...(await world({ directory: await postgres.createDatabase(), sessions: set.url }, stop)), set };
}

/** A Redis cluster of three shards, each with a replica or with a file of its own; one PostgreSQL. */
export async function onCluster(kind: 'replicas' | 'files'): Promise<World & { readonly set: RedisSet }> {
  const cluster = kind === 'replicas' ? startRedisCluster(1) : startRedisCluster(0, 1_000, true);
  const [set, postgres] = await Promise.all([cluster, startPostgres()]);
  const stop = async () => void (await Promise.all([set.stop(), postgres.stop()]));
  return { ...(await world({ directory: await postgres.createDatabase(), sessions: set.url }, stop)), set };
}

/** One gateway on two SQLite files. */
export async function onSqlite(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-files-'));
  return world(filesIn(folder), async () => rmSync(folder, { recursive: true, force: true }));
}

/** The same on a disk of a few megabytes (a tmpfs: mounting one takes root). */
export async function onSmallDisk(megabytes: number): Promise<World & { readonly disk: string }> {
  const disk = mkdtempSync(join(tmpdir(), 'doorward-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', disk]);
  const stop = async () => {
    execFileSync('umount', [disk]);
    rmSync(disk, { recursive: true, force: true });
  };
  return { ...(await world(filesIn(disk), stop)), disk };
}

function filesIn(folder: string): Stores {
  return {
    size: 1,
    directory: `sqlite:${join(folder, 'directory.db')}`,
    sessions: `sqlite:${join(folder, 'sessions.db')}`,
  };
}
