import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPeople, personData, type People } from './admin/index.ts';
import {
  createAuditRelay,
  createAuditWriter,
  type Actor,
  type AuditEvent,
  type AuditWriter,
} from './audit/index.ts';
import type { Config, ListenAddress } from './config/index.ts';
import { openDirectory, type OpenDirectory } from './directory/index.ts';
import { answerError, createGate, gateCounters } from './gate/index.ts';
import { Failure, silentLog, type Log } from './identity/index.ts';
import { login } from './jit/index.ts';
import { createProviders } from './providers/index.ts';
import { createProxy } from './proxy/index.ts';
import {
  createEndings,
  createSessionMiddleware,
  openSessionStore,
  type Endings,
  type SessionStore,
  type TransientStore,
} from './sessions/index.ts';
import { createMetrics, createOpsServer } from './telemetry/index.ts';
import { createWeb, newReference } from './web/index.ts';

/** The stores of one configuration, with what is done to people in them: all that a command needs. */
export interface Stores {
  readonly directory: OpenDirectory<AuditEvent>;
  readonly sessions: SessionStore & { readonly transient: TransientStore };
  readonly audit: AuditWriter;
  readonly endings: Endings<Actor>;
  readonly people: People;
  close(): Promise<void>;
}

export interface AppDeps {
  readonly log?: Log;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Told of each session that ended, for metrics. */
  readonly onSessionEnded?: (cause: string) => void;
}

/** The gateway of one configuration, listening when started. */
export interface App {
  readonly stores: Stores;
  /** Resolves when both listeners accept connections; rejects with the error of `listen` (EADDRINUSE, EACCES). */
  start(): Promise<void>;
  /** Where it listens: `http://127.0.0.1:4180`, or the path of the socket. */
  address(): string;
  opsAddress(): string | undefined;
  /** Answers the requests under way, then closes everything. Safe to call more than once. */
  stop(): Promise<void>;
}

/** How long requests under way may take once the gateway is told to stop, milliseconds. */
const drainTime = 5_000;

/**
 * Opens the stores that a configuration names.
 * @throws Failure `store_unavailable` when the directory cannot be opened
 */
export async function openStores(config: Config, deps: AppDeps = {}): Promise<Stores> {
  const { log = silentLog, now = Date.now, onSessionEnded } = deps;
  const directory = await openDirectory<AuditEvent>(config.state.directory, {
    now,
    log,
    auditing: createAuditRelay({ log }),
  });
  try {
    const { redisPrefix } = config.state;
    const sessions = await openSessionStore(config.state.sessions, { now, log, redisPrefix });
    const audit = createAuditWriter({ store: directory, log });
    const endings = createEndings<Actor>({
      sessions,
      audit,
      now,
      ...(onSessionEnded && { onEnded: onSessionEnded }),
    });
    const people = createPeople({ directory, endings, now });
    return {
      directory,
      sessions,
      audit,
      endings,
      people,
      async close() {
        await Promise.all([sessions.close(), directory.close()]);
      },
    };
  } catch (error) {
    await directory.close();
    throw error;
  }
}

/** Opens the stores, hands them to `use`, and closes them whatever happens: how commands work. */
export async function withStores<T>(config: Config, use: (stores: Stores) => Promise<T>): Promise<T> {
  const stores = await openStores(config);
  try {
    return await use(stores);
  } finally {
    await stores.close();
  }
}

/**
 * The composition root: builds every room from a configuration and wires them together. Nothing listens until `start`.
 * @throws Failure `store_unavailable` when the directory cannot be opened
 */
export async function createApp(config: Config, deps: AppDeps = {}): Promise<App> {
  const { log = silentLog, now = Date.now } = deps;
  const counters = gateCounters();
  const metrics = createMetrics({ version: config.version, verify: counters });
  const stores = await openStores(config, {
    ...deps,
    onSessionEnded: (cause) => metrics.sessionEnded(cause),
  });
  const { directory, sessions, audit } = stores;
  const reference = (): string => newReference(randomBytes);

  const providers = createProviders(config, { transient: sessions.transient, log, now });
  const policies = new Map(config.providers.map((provider) => [provider.id, provider]));
  const gate = createGate({ config, sessions, directory, now, log, counters, reference });
  const proxy = createProxy({ config, gate, log, reference });
  const web = createWeb({
    config,
    providers,
    async login(assertion, record) {
      const policy = policies.get(assertion.provider);
      if (!policy) throw new Failure('unknown_provider');
      return login(directory, assertion, policy, now, record);
    },
    sessionMiddleware: createSessionMiddleware({
      store: sessions,
      secrets: config.secrets,
      baseUrl: config.baseUrl,
      ...config.session,
      now,
      log,
    }),
    gate,
    users: directory,
    sessions,
    endings: stores.endings,
    personData: (userId) => personData(userId, { directory, sessions, now }),
    audit,
    transient: sessions.transient,
    onLogin: metrics.login,
    now,
    random: randomBytes,
    log,
  });

  const isWeb = (url: string) => url === config.prefix || /^[/?]/.test(url.slice(config.prefix.length));
  const server = createServer({ shouldUpgradeCallback: (req) => proxy.shouldUpgrade(req) }, (req, res) => {
    if (gate.handle(req, res)) return;
    const url = req.url ?? '/';
    if (url.startsWith(config.prefix) && isWeb(url)) web(req, res);
    else if (!proxy.handle(req, res)) nothingHere(req, res);
  });
  server.on('upgrade', (req, socket, head) => proxy.upgrade(req, socket, head));

  /** No upstream takes it: a person at the front page is led to their own page, everything else is not found. */
  function nothingHere(req: IncomingMessage, res: ServerResponse): void {
    if (req.method === 'GET' && req.url === '/' && config.upstreams.length === 0) {
      res.writeHead(303, { location: `${config.baseUrl}${config.prefix}/me`, 'content-length': 0 });
      res.end();
      return;
    }
    answerError(res, { status: 404, code: 'not_found', reference: reference(), reader: 'program' });
  }

  let stopping: Promise<void> | undefined;
  const ops = createOpsServer({
    checks: { directory: () => directory.ping(), sessions: () => sessions.ping() },
    draining: () => stopping !== undefined,
    metrics: () => metrics.text(),
  });

  async function stop(): Promise<void> {
    await Promise.all([drain(server), drain(ops)]);
    proxy.close();
    await Promise.all([...providers.values()].map((provider) => provider.close()));
    await stores.close();
  }

  return {
    stores,
    async start() {
      await listen(server, config.listen);
      if (config.ops) await listen(ops, config.ops);
    },
    address: () => addressOf(server),
    opsAddress: () => (ops.listening ? addressOf(ops) : undefined),
    stop: () => (stopping ??= stop()),
  };
}

function listen(server: Server, { host, port, socket }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket === undefined ? { host, port } : { path: socket }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Stops accepting, lets requests under way finish, and cuts off those that take longer than {@link drainTime}. */
function drain(server: Server): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), drainTime);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function addressOf(server: Server): string {
  const address = server.address() as AddressInfo | string | null;
  if (address === null || typeof address === 'string') return address ?? 'nowhere';
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}
