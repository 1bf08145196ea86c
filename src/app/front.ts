import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { personData, startRetention, startSampling } from '../admin/index.ts';
import type { Config } from '../config/index.ts';
import { answerError, createGate, keySetEndpoint, type GateCounters } from '../gate/index.ts';
import { Failure, type Log } from '../identity/index.ts';
import { createClaimsKeeper, login, resync } from '../jit/index.ts';
import { createAssertionSigner, samlKeys } from '../keys/index.ts';
import { createProviders } from '../providers/index.ts';
import { createProxy } from '../proxy/index.ts';
import { createSessionMiddleware } from '../sessions/index.ts';
import { createSignals } from '../signals/index.ts';
import type { Metrics, Tracing } from '../telemetry/index.ts';
import { committedEvents, createTraceKeeper, createWeb, newReference } from '../web/index.ts';
import { limitBodyTime } from './body-time.ts';
import { consoleOf } from './console.ts';
import { watchEndings, type Endings } from './endings.ts';
import { observedFetch } from './observed-fetch.ts';
import { observedJit } from './observed-jit.ts';
import { observedRequests } from './observed-requests.ts';
import { keyringOf } from './own-keys.ts';
import { scimOf } from './scim.ts';
import type { Stores } from './stores.ts';
import { tokensOf } from './tokens.ts';

/** Everything that follows from the configuration files: built whole, swapped whole at a reload. */
export interface Front {
  readonly config: Config;
  /** Resolves when it may be used: what it keeps in memory has been read. Never rejects. */
  readonly ready: Promise<void>;
  handle(req: IncomingMessage, res: ServerResponse): void;
  shouldUpgrade(req: IncomingMessage): boolean;
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** What ends one day, and must be replaced before. */
  readonly endings: Endings;
  /** Whether the last attempt to reach each identity provider succeeded; those never asked are left out. */
  providersUp(): ReadonlyMap<string, boolean>;
  /** Begins what goes on in the background: metadata of identity providers are kept fresh. */
  start(): void;
  /** Ends background work; requests under way are still answered. */
  close(): Promise<void>;
}

export interface FrontDeps {
  readonly stores: Stores;
  readonly counters: GateCounters;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  /** The rules that a login began under, by configuration version: it finishes under them. */
  readonly rulesOf: (version: string | undefined) => Config;
  readonly now: () => number;
  readonly log: Log;
  /** How long the body of a request to ourselves may take, milliseconds; half a minute unless a test is in a hurry. */
  readonly bodyTime?: number | undefined;
  /** What reaches identity providers; the global `fetch` unless a test puts another in its place. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** Builds every room of one configuration and wires them together. Reaches nobody yet. */
export function createFront(config: Config, deps: FrontDeps): Front {
  const { stores, counters, metrics, tracing, rulesOf, now, log } = deps;
  const fetch = observedFetch(deps.fetch, deps);
  const jit = observedJit(deps);
  const observed = observedRequests(config, deps);
  const { directory, sessions, audit, endings } = stores;
  const reference = (): string => newReference(randomBytes);

  const keyring = keyringOf(config, directory, { now, log });
  const signer = config.assertion && createAssertionSigner({ keyring, now, log });
  const ready = keyring
    .reseal()
    .catch((error: unknown) => log.warn({ err: error }, 'our own keys could not be looked through'))
    .then(() => signer?.start());
  const providers = createProviders(config, {
    transient: sessions.transient,
    log,
    now,
    samlKeys: () => samlKeys(keyring),
    metadataKeep: directory.idpMetadata,
    fetch,
  });
  const ending = watchEndings({ config, providers, keyring, now, log });
  const gate = createGate({
    config,
    // Whoever is not in the directory any more was erased: an ending like all others.
    sessions: { ...sessions, end: (digest) => endings.end(digest, 'erased', { kind: 'system' }) },
    onUse: (digest) => signals.noticed(digest),
    directory,
    signer,
    tokens: { ...directory.apiTokens, findByIdentity: directory.findByIdentity },
    fetch,
    now,
    log,
    counters,
    noteVerify: metrics.noteVerify,
    reference,
  });
  const keySet = signer && keySetEndpoint(() => signer.keySet(), reference);
  const traces = createTraceKeeper(directory, log);
  const claims = createClaimsKeeper(directory, { now, log });
  const proxy = createProxy({ config, gate, log, reference, traceHeaders: tracing.headers });
  const signals = createSignals({
    config,
    providers,
    sessions,
    endings,
    users: directory,
    audit: {
      async write(...events) {
        await audit.write(...events);
        for (const event of events) {
          if (event.type === 'signal.received')
            metrics.signalReceived(event.provider ?? '', event.event, event.effect);
        }
      },
    },
    onRechecked: metrics.rechecked,
    fetch,
    async resync(assertion) {
      const rules = config.providers.find((provider) => provider.id === assertion.provider);
      if (!rules) throw new Failure('unknown_provider');
      const actor = { kind: 'idp', name: assertion.provider } as const;
      // A refreshed token often comes without groups; that tells nothing of the next login.
      if (assertion.groups.kind === 'present') claims.keep(assertion);
      return jit('jit.resync', assertion.provider, () =>
        resync(directory, assertion, rules, now, (committed) =>
          committedEvents({ at: now(), actor, provider: assertion.provider }, committed),
        ),
      );
    },
    transient: sessions.transient,
    reference,
    now,
    log,
  });
  const web = createWeb({
    config,
    providers,
    async login(assertion, record, begunUnder) {
      const rules = rulesOf(begunUnder).providers.find((provider) => provider.id === assertion.provider);
      if (!rules) throw new Failure('unknown_provider');
      const outcome = await jit('jit.login', assertion.provider, () =>
        login(directory, assertion, rules, now, record),
      );
      claims.keep(assertion);
      return outcome;
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
    endedAtIdp: signals.endedAtIdp,
    endings,
    tokens: config.tokens.personal ? tokensOf(config, directory, now) : undefined,
    personData: (userId) => personData(userId, { directory, sessions, now }),
    audit,
    traces,
    transient: sessions.transient,
    onLogin(provider, outcome, why = '') {
      metrics.login(provider, outcome, why);
      tracing.note({ 'doorward.login.outcome': outcome, 'doorward.login.reason': why });
    },
    span: tracing.span,
    now,
    random: randomBytes,
    log,
  });

  const admin = consoleOf(config, {
    stores,
    gate,
    providers,
    reference,
    credentials: ending.current,
    now,
    log,
  });
  const stopRetention = startRetention({ directory, audit: config.audit, now, log });
  const stopSampling = startSampling({
    sessions,
    directory,
    onCounted: metrics.sessionsCounted,
    now,
    log,
  });
  const scim = scimOf(config, { stores, onAnswered: metrics.scimRequested, now, log });
  const isScim = (url: string): boolean => /^\/scim(?:[/?]|$)/.test(url);
  const isAdmin = (url: string): boolean => /^\/admin(?:[/?]|$)/.test(url);
  const isWeb = (url: string): boolean =>
    url.startsWith(config.prefix) && (url === config.prefix || /^[/?]/.test(url.slice(config.prefix.length)));

  /** No upstream takes it: a person at the front page is led to their own page, everything else is not found. */
  function nothingHere(req: IncomingMessage, res: ServerResponse): void {
    if (req.method === 'GET' && req.url === '/' && config.upstreams.length === 0) {
      res.writeHead(303, { location: `${config.baseUrl}${config.prefix}/me`, 'content-length': 0 });
      res.end();
      return;
    }
    answerError(res, { status: 404, code: 'not_found', reference: reference(), reader: 'program' });
  }

  return {
    config,
    ready,
    providersUp() {
      const known = [...providers].map(([id, provider]) => [id, provider.health().state] as const);
      return new Map(known.flatMap(([id, state]) => (state === 'unknown' ? [] : [[id, state === 'up']])));
    },
    handle(req, res) {
      if (gate.handle(req, res) || keySet?.(req, res) === true) return;
      observed(req, res, () => {
        const url = req.url ?? '/';
        const isOurs = isWeb(url) || isScim(url) || isAdmin(url);
        if (isOurs) limitBodyTime(req, deps.bodyTime);
        if (signals.handle(req, res)) return;
        if (isWeb(url)) web(req, res);
        else if (isScim(url)) scim.handle(req, res);
        else if (isAdmin(url)) admin(req, res);
        else if (!proxy.handle(req, res)) nothingHere(req, res);
      });
    },
    shouldUpgrade: (req) => proxy.shouldUpgrade(req),
    upgrade: (req, socket, head) => proxy.upgrade(req, socket, head),
    endings: ending,
    start() {
      for (const provider of providers.values()) provider.start?.();
      ending.start();
    },
    async close() {
      ending.stop();
      signer?.close();
      await ready;
      stopSampling();
      stopRetention();
      await traces.flush();
      await claims.flush();
      proxy.close();
      await scim.close();
      await signals.close();
      await Promise.all([...providers.values()].map((provider) => provider.close()));
    },
  };
}
