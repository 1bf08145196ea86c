import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Stores, openStores } from '../../src/app.ts';
import { loadConfig } from '../../src/config/index.ts';
import type { User } from '../../src/identity/index.ts';
import { digestOf } from '../../src/sessions/index.ts';
import { commit, createPlan, loginGroups, newIdentity } from './directory.ts';
import { signedCookie } from './gate-world.ts';
import { freePort } from './redis.ts';

/** What a gateway says to one request. */
export interface Verdict {
  /** HTTP status; 0 when nobody answered. */
  readonly status: number;
  readonly groups: string;
  readonly role: string;
  /** Milliseconds. */
  readonly took: number;
}

/** A real `doorward serve`, in a process of its own. */
export interface Gateway {
  readonly port: number;
  readonly opsPort: number;
  /** Asks it, over a connection that is kept, whether the owner of this cookie may come in. */
  verify(cookie: string): Promise<Verdict>;
  /** Sum of a metric over all of its labels. */
  metric(name: string): Promise<number>;
  /** The same of several, read at once: reading the event loop's delay starts it anew. */
  metrics<N extends string>(...names: readonly N[]): Promise<Readonly<Record<N, number>>>;
  /** What `/readyz` says: the status, and which dependency is up. */
  ready(): Promise<{ status: number; dependencies: Readonly<Record<string, string>> }>;
  /** Holds the process (SIGSTOP). */
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code when it is gone. */
  stop(): Promise<number | null>;
  start(): Promise<void>;
  /** The directory of its configuration. */
  readonly configDir: string;
  /** What it has logged since it was started first. */
  log(): string;
  readonly pid: number | undefined;
}

export interface FleetOptions {
  readonly size: number;
  /** Address of the store; of each gateway by its index where they differ, the writer being the last. */
  readonly directory: string | ((index: number) => string);
  readonly sessions: string | ((index: number) => string);
  /** Lines of YAML below `state:`, each with two spaces in front. */
  readonly state?: readonly string[];
  /** Further lines of gateway.yaml. */
  readonly lines?: readonly string[];
  /** Provider files by id, instead of the one that is never asked. Made when the public address is known. */
  readonly providers?: (baseUrl: string) => Promise<Readonly<Record<string, string>>>;
  /** Arguments for the Node of one gateway. */
  readonly nodeArgs?: (index: number) => readonly string[];
}

/** Several gateways on the same stores, and a writer like the command line: it remembers nothing. */
export interface Fleet {
  readonly gateways: readonly Gateway[];
  readonly stores: Stores;
  readonly configDir: string;
  readonly baseUrl: string;
  createUser(groups?: readonly string[]): Promise<User>;
  /** Creates a session as a login does; gives the `Cookie` header and the digest. */
  signIn(userId: string): Promise<{ cookie: string; digest: string }>;
  /** Runs `doorward …` as a process; rejects when it fails. */
  command(...args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

const secret = 'only-for-tests-but-long-enough-for-a-secret';
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** A provider's file; nobody signs in with it, but sessions name it. */
export const silentProvider = [
  'preset: oidc',
  'label: Okta',
  'issuer: http://127.0.0.1:9/never-asked',
  'allowInsecure: true',
  'clientId: id',
  'clientSecret: secret-of-the-client',
  'role: { default: guest, map: { stewards: editor } }',
].join('\n');

/** Starts the gateways and waits until all answer. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-fleet-'));
  const ports = await Promise.all(
    Array.from({ length: options.size }, async () => [await freePort(), await freePort()] as const),
  );
  const baseUrl = `http://127.0.0.1:${ports[0]?.[0] ?? 1}`;
  const providers = (await options.providers?.(baseUrl)) ?? { okta: silentProvider };
  const dirs = [...ports, [0, 0] as const].map(([port, opsPort], index) =>
    writeConfig(folder, index, baseUrl, port, opsPort, { ...options, files: providers }),
  );
  const ownDir = dirs.at(-1) ?? folder;
  const loaded = await loadConfig(ownDir, { env: {} });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const stores = await openStores(loaded.config);
  const gateways = ports.map(([port, opsPort], index) =>
    gatewayOf(dirs[index] ?? '', port, opsPort, options.nodeArgs?.(index) ?? []),
  );
  await Promise.all(gateways.map((gateway) => gateway.start()));

  return {
    gateways,
    stores,
    baseUrl,
    configDir: ownDir,
    createUser: (groups = []) => {
      const identity = newIdentity();
      const name = `${identity.subject}@acme.example`;
      const profile = { userName: name, email: name, emailVerified: true };
      return commit(stores.directory, createPlan({ identity, profile, memberships: loginGroups(groups) }));
    },
    async signIn(userId) {
      const id = randomBytes(32).toString('base64url');
      const at = Date.now();
      const record = {
        digest: digestOf(id),
        login: {
          userId,
          provider: 'okta',
          issuer: 'https://idp.example',
          subject: userId,
          authenticatedAt: at,
          amr: [],
          idp: {},
        },
        createdAt: at,
        lastSeenAt: at,
        idleExpiresAt: at + 3_600_000,
        absoluteExpiresAt: at + 36_000_000,
      };
      if (!(await stores.sessions.set({ record, data: '{}' }, { fresh: true })))
        throw new Error('not stored');
      return { cookie: `doorward=${signedCookie(id, secret)}`, digest: record.digest };
    },
    command: (...args) => runCommand([...args, '--config', ownDir]),
    async stop() {
      await Promise.all(gateways.map((gateway) => gateway.kill()));
      await stores.close().catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function writeConfig(
  folder: string,
  index: number,
  baseUrl: string,
  port: number,
  opsPort: number,
  options: FleetOptions & { readonly files: Readonly<Record<string, string>> },
): string {
  const dir = join(folder, String(index));
  const address = (store: FleetOptions['directory']) => (typeof store === 'string' ? store : store(index));
  mkdirSync(join(dir, 'providers'), { recursive: true });
  const lines = [
    `baseUrl: ${baseUrl}`,
    `secrets: ["${secret}"]`,
    `listen: 127.0.0.1:${port === 0 ? 4180 : port}`,
    `ops: 127.0.0.1:${opsPort === 0 ? 4181 : opsPort}`,
    'trustedProxies: [127.0.0.1]',
    'state:',
    `  directory: ${address(options.directory)}`,
    `  sessions: ${address(options.sessions)}`,
    ...(options.state ?? []),
    ...(options.lines ?? []),
  ];
  writeFileSync(join(dir, 'gateway.yaml'), `${lines.join('\n')}\n`);
  for (const [id, text] of Object.entries(options.files))
    writeFileSync(join(dir, 'providers', `${id}.yaml`), `${text}\n`);
  return dir;
}

function gatewayOf(dir: string, port: number, opsPort: number, nodeArgs: readonly string[]): Gateway {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  let child: ChildProcess | undefined;
  let text = '';

  async function exited(): Promise<number | null> {
    const gone = child;
    if (gone === undefined || gone.exitCode !== null || gone.signalCode !== null)
      return gone?.exitCode ?? null;
    await once(gone, 'exit');
    return gone.exitCode;
  }

  return {
    port,
    opsPort,
    configDir: dir,
    verify: (cookie) => ask(agent, port, cookie),
    metric: async (name) => (await scrape(opsPort, [name]))[name] ?? 0,
    metrics: (...names) => scrape(opsPort, names),
    async ready() {
      const answer = await fetch(`http://127.0.0.1:${opsPort}/readyz`);
      const { dependencies } = (await answer.json()) as { dependencies: Record<string, string> };
      return { status: answer.status, dependencies };
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async kill() {
      child?.kill('SIGKILL');
      await exited();
    },
    async stop() {
      child?.kill('SIGTERM');
      return exited();
    },
    async start() {
      const started = spawn(process.execPath, [...nodeArgs, main, 'serve', '--config', dir], {
        env: { ...process.env, NODE_OPTIONS: '' },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child = started;
      for (const stream of [started.stdout, started.stderr])
        stream?.setEncoding('utf8').on('data', (piece: string) => void (text += piece));
      for (let attempt = 0; attempt < 400; attempt += 1) {
        if ((await ask(agent, port, '')).status !== 0) return;
        if (started.exitCode !== null) break;
        await sleep(50);
      }
      throw new Error(`the gateway did not start: ${text}`);
    },
    log: () => text,
    get pid() {
      return child?.pid;
    },
  };
}

async function scrape<N extends string>(
  opsPort: number,
  names: readonly N[],
): Promise<Readonly<Record<N, number>>> {
  const body = await fetch(`http://127.0.0.1:${opsPort}/metrics`).then((answer) => answer.text());
  const lines = body.split('\n');
  const sum = (name: string) =>
    lines
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
  return Object.fromEntries(names.map((name) => [name, sum(name)])) as Record<N, number>;
}

/** How nginx asks (`auth_request`). A connection that breaks is an answer, too: status 0. */
function ask(agent: Agent, port: number, cookie: string): Promise<Verdict> {
  const started = performance.now();
  return new Promise((resolve) => {
    const finish = (status: number, groups = '', role = '') =>
      resolve({ status, groups, role, took: performance.now() - started });
    const headers = { cookie, 'x-original-url': 'http://app.example/page', 'x-original-method': 'GET' };
    const options = { host: '127.0.0.1', port, path: '/sso/verify/auth-request', headers, agent };
    const req = request(options, (res) => {
      res.resume();
      res.on('error', () => finish(0));
      res.on('end', () => {
        const header = (name: string) => String(res.headers[`x-auth-request-${name}`] ?? '');
        finish(res.statusCode ?? 0, header('groups'), header('role'));
      });
    });
    req.on('error', () => finish(0));
    req.end();
  });
}

function runCommand(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => void (text += piece));
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => (code === 0 ? resolve(text) : reject(new Error(`exit ${code}: ${text}`))));
  });
}
