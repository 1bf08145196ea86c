import { createServer, type RequestListener, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createFront, type Front, type FrontDeps } from './app/front.ts';
import { subscribable } from './app/invalidations.ts';
import { addressOf, drain, listen } from './app/listeners.ts';
import { joinRoster } from './app/roster.ts';
import { openStores, type Stores, type StoresDeps } from './app/stores.ts';
import { readKeyPair, watchKeyPair } from './app/tls.ts';
import { lossText, reviewRules, type Review } from './app/review.ts';
import { mappingRules, type Config, type MappingRules } from './config/index.ts';
import { gateCounters } from './gate/index.ts';
import { silentLog } from './identity/index.ts';
import { checkAll, createMetrics, createOpsServer, createTracing } from './telemetry/index.ts';
import { observedStore } from './app/observed-store.ts';

export { divergence, lately } from './app/roster.ts';
export { createReloader, reloadFrom } from './app/reload.ts';
export { lossText, reviewRules, type Review } from './app/review.ts';
export { keyringOf } from './app/own-keys.ts';
export { invitationsOf } from './app/mail.ts';
export { watchConfig } from './app/watch.ts';
export { scimProviders } from './app/scim.ts';
export { openStores, withStores, type Stores } from './app/stores.ts';

export type AppDeps = StoresDeps &
  Pick<FrontDeps, 'fetch' | 'bodyTime'> & {
    /** Where the standard variables of OpenTelemetry are looked for; nothing by default. */
    readonly env?: Readonly<Record<string, string | undefined>>;
  };

/** The gateway of one configuration, listening when started. */
export interface App {
  readonly stores: Stores;
  /** Resolves when both listeners accept connections; rejects with the error of `listen` (EADDRINUSE, EACCES). */
  start(): Promise<void>;
  /** Where it listens: `http://127.0.0.1:4180`, or the path of the socket. */
  address(): string;
  opsAddress(): string | undefined;
  /**
   * Takes over another configuration, whole and between two requests. Logins under way finish under the rules they began
   * with. Gives the keys that changed but count only after a restart.
   */
  reload(config: Config): Promise<readonly string[]>;
  /** A new configuration was refused, and the old one stays: said in log, metric and audit trail. */
  reloadRefused(problems: number): Promise<void>;
  /** What a configuration would do to the people who have signed in so far. Changes nothing. */
  review(config: Config): Promise<Review>;
  /** Has an administrator accepted exactly these files? */
  isAccepted(version: string): Promise<boolean>;
  /** A new configuration takes too much away, and the old one stays until it is accepted: said in log, metric and audit trail. */
  reloadHeld(version: string, review: Review): Promise<void>;
  /** The files are again what is in force: whatever was said against them is over. */
  reloadSettled(): Promise<void>;
  /** The configuration in force. */
  config(): Config;
  /** Answers the requests under way, then closes everything. Safe to call more than once. */
  stop(): Promise<void>;
}

/** What only a new process can change: where it listens, and where its state is. */
const needRestart = [
  'listen',
  'ops',
  'state',
  'telemetry',
  'tls',
] as const satisfies readonly (keyof Config)[];

/** How long requests under way may still be answered by what was built from the configuration before, milliseconds. */
const retirement = 30_000;

/**
 * The composition root: opens the stores, builds a front from the configuration, and puts both behind the listeners.
 * Nothing listens until `start`.
 * @throws Failure `store_unavailable` when the directory cannot be opened
 */
export async function createApp(initial: Config, deps: AppDeps = {}): Promise<App> {
  const { log = silentLog, now = Date.now } = deps;
  const counters = gateCounters();
  const metrics = createMetrics({ version: initial.version, verify: counters, now });
  const pair = initial.tls && (await readKeyPair(initial.tls));
  const tracing = await createTracing(initial.telemetry?.traces, { env: deps.env ?? {}, log });
  const stores = await openStores(initial, {
    ...deps,
    onSessionEnded: (cause) => metrics.sessionEnded(cause),
    observe: (name, store) =>
      observedStore(store, {
        around: (operation, call) => tracing.span(`${name}.${operation}`, {}, call),
        done: (operation, took, failed) => metrics.storeUsed(name, operation, took, failed),
      }),
  });
  const { directory, sessions } = stores;
  const [subscribeSessions, subscribeDirectory] = [subscribable(sessions), subscribable(directory)];

  /** Configurations that logins under way began with, newest last, each with the time until which it matters. */
  const earlier = new Map<string, { readonly config: Config; readonly until: number }>();
  let front = build(initial);

  function build(config: Config): Front {
    const [ownSessions, ownDirectory] = [subscribeSessions(), subscribeDirectory()];
    const built = createFront(config, {
      stores: { ...stores, sessions: ownSessions.store, directory: ownDirectory.store },
      counters,
      metrics,
      tracing,
      rulesOf: (version) =>
        (version === undefined ? undefined : earlier.get(version)?.config) ?? front.config,
      now,
      log,
      bodyTime: deps.bodyTime,
      fetch: deps.fetch,
    });
    return {
      ...built,
      async close() {
        ownSessions.end();
        ownDirectory.end();
        await built.close();
      },
    };
  }

  const serverOptions: ServerOptions = {
    shouldUpgradeCallback: (req) => front.shouldUpgrade(req),
    // Longer than nginx keeps a connection (60 s): the side that reuses one must be the side that closes it.
    keepAliveTimeout: 75_000,
    // Large uploads through the built-in proxy may take half an hour; headers still have 60 s to arrive.
    requestTimeout: 1_800_000,
  };
  const onRequest: RequestListener = (req, res) => front.handle(req, res);
  const tlsServer = pair && createTlsServer({ ...serverOptions, ...pair }, onRequest);
  const server = tlsServer ?? createServer(serverOptions, onRequest);
  const unwatchKeyPair = initial.tls && tlsServer && watchKeyPair(initial.tls, tlsServer, log);
  server.on('upgrade', (req, socket, head) => front.upgrade(req, socket, head));

  let stopping: Promise<void> | undefined;
  const checks = { directory: () => directory.ping(), sessions: () => sessions.ping() };
  metrics.readFrom({
    dependencies: () => checkAll(checks),
    providersUp: () => front.providersUp(),
    endings: () => front.endings.current(),
    scimTokens: () => directory.scim.tokens.list(undefined),
  });
  const ops = createOpsServer({
    checks,
    providers: () => front.providersUp(),
    draining: () => stopping !== undefined,
    metrics: () => metrics.text(),
  });

  /** A front that was replaced answers what it began with; then it goes. */
  const retired = new Map<Front, NodeJS.Timeout>();
  function retire(old: Front): void {
    const timer = setTimeout(() => {
      retired.delete(old);
      old
        .close()
        .catch((error: unknown) => log.warn({ err: error }, 'an old configuration did not close cleanly'));
    }, retirement);
    retired.set(old, timer.unref());
  }

  let roster: ReturnType<typeof joinRoster> | undefined;
  let restartReview: Promise<void> | undefined;
  async function stop(): Promise<void> {
    unwatchKeyPair?.();
    const fronts = [front, ...retired.keys()];
    const closeFronts = async (): Promise<void> => {
      await Promise.all(fronts.map((each) => each.close()));
    };
    await Promise.all([drain(server, () => void closeFronts()), drain(ops)]);
    for (const timer of retired.values()) clearTimeout(timer);
    await closeFronts();
    await roster?.leave();
    await restartReview;
    await stores.close();
    await tracing.close();
  }

  const actor = { kind: 'system' } as const;
  /** What was last said against the files on disk: their version when held, otherwise that they have mistakes. */
  let objection: string | undefined;

  /** Remembers the rules in force, for the next change to be compared with. */
  async function keepRules(config: Config): Promise<void> {
    const { maxLossPercent } = config.reload;
    const rules = { providers: mappingRules(config), maxLossPercent };
    await directory.putRules({ version: config.version, since: now(), rules });
  }

  /** A restart asks nobody, so it says afterwards what the rules that changed meanwhile take away. */
  async function reviewRestart(): Promise<void> {
    const before = await directory.rulesInForce();
    await keepRules(front.config);
    if (before === undefined || before.version === front.config.version) return;
    const { version } = front.config;
    await stores.audit.write({ type: 'config.loaded', at: now(), actor, version });
    const { providers } = before.rules as { providers: readonly MappingRules[] };
    const { over } = await reviewRules(directory, providers, front.config, front.config.reload);
    if (over.length > 0) {
      log.warn(
        { version: front.config.version, before: before.version, losses: over.map(lossText) },
        'since the last run the rules have changed, and take much away at the next logins',
      );
    }
  }

  return {
    stores,
    async start() {
      await front.ready;
      front.start();
      await listen(server, initial.listen);
      if (initial.ops) await listen(ops, initial.ops);
      roster = joinRoster({
        store: directory.gateways,
        configVersion: () => front.config.version,
        now,
        log,
        onVersions: (count) => metrics.configVersions(count),
      });
      restartReview = reviewRestart().catch((error: unknown) =>
        log.warn({ err: error }, 'the rules in force could not be compared with those before'),
      );
    },
    address: () => addressOf(server),
    opsAddress: () => (ops.listening ? addressOf(ops) : undefined),
    config: () => front.config,
    async reload(config) {
      const before = front;
      const { listen, ops, state, telemetry, tls } = before.config;
      const waiting = needRestart.filter(
        (key) => JSON.stringify(config[key]) !== JSON.stringify(before.config[key]),
      );
      const { tls: _, telemetry: __, ...others } = config;
      const kept = { listen, ops, state, ...(tls && { tls }), ...(telemetry && { telemetry }) };
      const next = build({ ...others, ...kept });
      try {
        await next.ready;
        await keepRules(config);
      } catch (error) {
        await next.close();
        throw error;
      }
      const at = now();
      for (const [version, { until }] of earlier) if (until < at) earlier.delete(version);
      earlier.set(before.config.version, { config: before.config, until: at + before.config.login.timeout });
      front = next;
      next.start();
      metrics.configLoaded(config.version);
      objection = undefined;
      retire(before);
      await stores.audit.write({ type: 'config.loaded', at, actor, version: config.version });
      log.info({ version: config.version, needRestart: waiting }, 'the configuration was reloaded');
      return waiting;
    },
    review: (config) => reviewRules(directory, mappingRules(front.config), config, front.config.reload),
    isAccepted: (version) => directory.areAccepted(version),
    async reloadHeld(version, { over }) {
      metrics.configHeld();
      const losses = over.map(lossText);
      log.error(
        { held: version, version: front.config.version, losses, limit: front.config.reload.maxLossPercent },
        'the new rules take too much away and wait; the old ones stay. See: doorward config diff; to take them over: doorward config reload --yes',
      );
      if (objection === version) return;
      objection = version;
      await stores.audit.write({ type: 'config.held', at: now(), actor, version, losses });
    },
    async reloadSettled() {
      if (objection === undefined) return;
      objection = undefined;
      metrics.configSettled();
      const { version } = front.config;
      log.info({ version }, 'the files are again what is in force');
      await stores.audit.write({ type: 'config.loaded', at: now(), actor, version });
    },
    async reloadRefused(problems) {
      metrics.configRejected();
      objection = 'mistakes';
      log.error(
        { problems, version: front.config.version },
        'the new configuration was refused; the old one stays',
      );
      await stores.audit.write({ type: 'config.rejected', at: now(), actor, problems });
    },
    stop: () => (stopping ??= stop()),
  };
}
