import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './redis.ts';

/** One process of redis-server; its port listens on the loopback. */
export interface RedisNode {
  readonly port: number;
  kill(): Promise<void>;
  pause(): void;
  resume(): void;
  start(): Promise<void>;
  /** Runs a command beside the gateway, with redis-cli. */
  cli(...args: readonly string[]): string;
}

export interface RedisSet {
  readonly url: string;
  readonly nodes: readonly RedisNode[];
  stop(): Promise<void>;
}

/** A node in a folder of its own. `file`: a configuration file's text, for sentinels, which write into it. */
function redisNode(folder: string, port: number, args: readonly string[]): RedisNode {
  let child: ChildProcess | undefined;
  const tls = args.indexOf('--tls-ca-cert-file');
  const cliArgs = tls < 0 ? [] : ['--tls', '--cacert', args[tls + 1] ?? ''];
  return {
    port,
    async start() {
      child = spawn('redis-server', [...args], { cwd: folder, stdio: 'ignore' });
      await accepting(port);
    },
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    cli: (...command) =>
      execFileSync('redis-cli', ['-p', String(port), ...cliArgs, ...command], { encoding: 'utf8' }),
  };
}

const words = (text: string) => text.split(' ');
const quick = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--loglevel', 'warning'];

/**
 * A cluster of three primaries, each with `replicas` replicas. Fails over after `nodeTimeout` milliseconds. With
 * `keeping`, a node that is killed and started again knows what it knew.
 */
export async function startRedisCluster(
  replicas = 0,
  nodeTimeout = 1_000,
  keeping = false,
): Promise<RedisSet> {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-cluster-'));
  const nodes: RedisNode[] = [];
  for (let index = 0; index < 3 * (1 + replicas); index += 1) {
    const port = await portWithBus();
    nodes.push(
      redisNode(folder, port, [
        ...words(`--port ${port} --cluster-enabled yes --cluster-config-file nodes-${port}.conf`),
        ...words(`--cluster-node-timeout ${nodeTimeout} --dbfilename ${port}.rdb --dir ${folder}`),
        ...words('--repl-diskless-sync-delay 0 --cluster-replica-validity-factor 0'),
        ...quick,
        ...(keeping ? words(`--appendonly yes --appendfsync always --appendfilename ${port}.aof`) : []),
      ]),
    );
  }
  await Promise.all(nodes.map((node) => node.start()));
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  const shape = ['--cluster-replicas', String(replicas), '--cluster-yes'];
  execFileSync('redis-cli', ['--cluster', 'create', ...addresses, ...shape], { stdio: 'ignore' });
  while (!nodes.every((node) => node.cli('cluster', 'info').includes('cluster_state:ok'))) await sleep(100);
  if (replicas > 0) while (!nodes.every(isSettled)) await sleep(100);
  return { url: `redis+cluster://${addresses.slice(0, 2).join(',')}`, nodes, stop: stopper(nodes, folder) };
}

/** A primary has its replica online; a replica its link up. */
function isSettled(node: RedisNode): boolean {
  const info = node.cli('info', 'replication');
  return info.includes('role:master')
    ? !info.includes('connected_slaves:') || info.includes('state=online')
    : info.includes('master_link_status:up');
}

export interface SentinelSet extends RedisSet {
  /** The server that the sentinels call primary now. */
  primary(): RedisNode;
  readonly sentinels: readonly RedisNode[];
}

/** A primary, a replica and three sentinels, which fail over after `downAfter` milliseconds. */
export async function startRedisSentinel(downAfter = 800): Promise<SentinelSet> {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-sentinel-'));
  const [first, second] = [await freePort(), await freePort()];
  const server = (port: number, more: readonly string[]) =>
    redisNode(folder, port, [
      ...words(`--port ${port} --dir ${folder} --dbfilename ${port}.rdb --repl-diskless-sync-delay 0`),
      ...quick,
      ...more,
    ]);
  const servers = [server(first, []), server(second, ['--replicaof', `127.0.0.1 ${first}`])];
  for (const each of servers) await each.start();
  const sentinels: RedisNode[] = [];
  for (let index = 0; index < 3; index += 1) {
    const port = await freePort();
    const file = join(folder, `sentinel-${port}.conf`);
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `sentinel monitor mymaster 127.0.0.1 ${first} 2`,
      `sentinel down-after-milliseconds mymaster ${downAfter}`,
      'sentinel failover-timeout mymaster 5000',
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    const sentinel = redisNode(folder, port, [file, '--sentinel', '--loglevel', 'warning']);
    await sentinel.start();
    sentinels.push(sentinel);
  }
  const known = (sentinel: RedisNode) => {
    const lines = sentinel.cli('sentinel', 'master', 'mymaster').split('\n');
    const field = (name: string) => lines[lines.indexOf(name) + 1];
    return field('num-slaves') === '1' && field('num-other-sentinels') === '2';
  };
  while (!sentinels.every(known) || !servers.every(isSettled)) await sleep(100);
  const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',');
  const all = [...servers, ...sentinels];
  return {
    url: `redis+sentinel://${hosts}/mymaster`,
    nodes: servers,
    sentinels,
    primary() {
      const [, port] =
        sentinels[0]?.cli('sentinel', 'get-master-addr-by-name', 'mymaster').trim().split('\n') ?? [];
      const found = servers.find((node) => node.port === Number(port));
      if (!found) throw new Error('no primary');
      return found;
    },
    stop: stopper(all, folder),
  };
}

/** One server that speaks TLS only, to an ACL user who may do what the documentation grants and nothing else. */
export async function startRedisTls(
  files: { ca: string; cert: string; key: string },
  acl: readonly string[],
): Promise<RedisNode & { stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-redis-tls-'));
  const port = await freePort();
  const node = redisNode(folder, port, [
    ...words(`--port 0 --tls-port ${port} --tls-auth-clients no --dir ${folder}`),
    ...words(`--tls-ca-cert-file ${files.ca} --tls-cert-file ${files.cert} --tls-key-file ${files.key}`),
    ...quick,
    ...acl.flatMap((user) => ['--user', ...words(user)]),
  ]);
  await node.start();
  return { ...node, stop: stopper([node], folder) };
}

function stopper(nodes: readonly RedisNode[], folder: string): () => Promise<void> {
  return async () => {
    await Promise.all(nodes.map((node) => node.kill()));
    await rm(folder, { recursive: true, force: true });
  };
}

/** A free port whose cluster bus (10,000 above) is a port, too. */
async function portWithBus(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (port < 55_000) return port;
  }
}

async function accepting(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await sleep(25);
    } finally {
      socket.destroy();
    }
  }
  throw new Error('redis-server did not start within five seconds');
}
