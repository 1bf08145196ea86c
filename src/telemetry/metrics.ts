import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { metricList } from './metric-list.ts';
import { registerVerifyTimes, type NoteVerify } from './verify-times.ts';

/** Counted by the gate with `+= 1` on the hot path; read when Prometheus asks. */
export interface VerifyCounts {
  admitted: number;
  /** Let in to a public page as nobody. */
  anonymous?: number;
  signed_out: number;
  step_up?: number;
  refused: number;
  unavailable: number;
  /** Requests for which a store had to be asked, because memory did not know or could not be trusted. */
  asked?: number;
  /** Requests that memory alone could answer. */
  remembered?: number;
}

/** A certificate or secret that ends by itself; milliseconds since the epoch. */
export interface EndingCredential {
  readonly provider: string | undefined;
  readonly credential: string;
  readonly endsAt: number;
}

/** A credential that may end by itself; times are milliseconds since the epoch. */
export interface EndingToken {
  readonly id: string;
  readonly provider: string;
  readonly expiresAt: number | undefined;
  readonly revokedAt: number | undefined;
}

/** What is asked anew with each scrape. None may take long, or reject. */
export interface MetricSources {
  /** By name of the dependency: did it answer? */
  readonly dependencies?: () => Promise<ReadonlyMap<string, boolean>>;
  /** By provider; those never asked are left out. */
  readonly providersUp?: () => ReadonlyMap<string, boolean>;
  readonly endings?: () => readonly EndingCredential[];
  /** A store that is away leaves them out. */
  readonly scimTokens?: () => Promise<readonly EndingToken[]>;
}

export interface Metrics {
  /** A login came to its end. `reason`: the refusal's reason or the failure's code; empty for the admitted. */
  login(provider: string, outcome: 'admitted' | 'refused' | 'failed', reason?: string): void;
  /** Hand this object to the gate, or hand an object of the gate's to {@link MetricsOptions.verify}. */
  readonly verify: VerifyCounts;
  readonly noteVerify: NoteVerify;
  jitChanged(provider: string, change: JitChange, count: number): void;
  /** Times are milliseconds, here and below. */
  requested(route: string, status: number | undefined, milliseconds: number): void;
  scimRequested(provider: string, operation: string, status: number, milliseconds: number): void;
  storeUsed(store: string, operation: string, milliseconds: number, failed: boolean): void;
  idpAsked(host: string, status: number | undefined, milliseconds: number): void;
  sessionsCounted(count: number): void;
  sessionEnded(cause: string, count?: number): void;
  signalReceived(provider: string, event: string, effect: string): void;
  rechecked(provider: string, outcome: 'confirmed' | 'ended' | 'unreachable'): void;
  /** The version of the configuration in force: the one series has the value 1. */
  configLoaded(version: string): void;
  /** How many versions of the configuration are in force among all gateways: 1 when they agree. */
  configVersions(count: number): void;
  /** A new configuration was refused; the one in force stays. */
  configRejected(): void;
  /** A new configuration waits for an administrator's word; the one in force stays. */
  configHeld(): void;
  /** The files are again what is in force. */
  configSettled(): void;
  /** Asked with every scrape from now on. */
  readFrom(sources: MetricSources): void;
  /** Prometheus text, and its content type. */
  text(): Promise<string>;
  readonly contentType: string;
}

export type JitChange = 'user_created' | 'group_created' | 'membership_added' | 'membership_removed' | 'none';

export interface MetricsOptions {
  /** Version of the configuration that the gateway starts with. */
  readonly version?: string;
  /** The gate's own counters, when it has made them already. */
  readonly verify?: VerifyCounts;
  /** Metrics of the process and of Node; on by default. */
  readonly process?: boolean;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

const verifyOutcomes = ['admitted', 'anonymous', 'signed_out', 'step_up', 'refused', 'unavailable'] as const;
const fast = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const slow = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const day = 86_400_000;
/** Hosts of identity providers that have a series of their own. */
const mostHosts = 100;

/** A registry of its own for each gateway. Labels are closed sets and configured names: nothing that a client chooses. */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const { now = Date.now } = options;
  const registry = new Registry();
  const verify = options.verify ?? { admitted: 0, signed_out: 0, refused: 0, unavailable: 0 };
  let sources: MetricSources = {};
  const hosts = new Set<string>();

  const described = (key: keyof typeof metricList) => {
    const { name, help, labels } = metricList[key];
    return { name, help, labelNames: Object.keys(labels), registers: [registry] };
  };
  const counter = (key: keyof typeof metricList, collect?: (self: Counter) => void): Counter =>
    new Counter({ ...described(key), ...(collect && { collect: collecting(collect) }) });
  const gauge = (key: keyof typeof metricList, collect?: (self: Gauge) => void | Promise<void>): Gauge =>
    new Gauge({ ...described(key), ...(collect && { collect: collecting(collect) }) });
  const histogram = (key: keyof typeof metricList, buckets: number[]): Histogram =>
    new Histogram({ ...described(key), buckets });

  counter('verify', (self) => {
    for (const outcome of verifyOutcomes) self.inc({ outcome }, verify[outcome] ?? 0);
  });
  const noteVerify = registerVerifyTimes(registry, verifyOutcomes);
  counter('asked', (self) => self.inc(verify.asked ?? 0));
  counter('cache', (self) => {
    self.inc({ result: 'hit' }, verify.remembered ?? 0);
    self.inc({ result: 'miss' }, verify.asked ?? 0);
  });
  const logins = counter('logins');
  const jit = counter('jit');
  const requests = histogram('requests', slow);
  const scim = histogram('scim', slow);
  const store = histogram('store', fast);
  const storeErrors = counter('storeErrors');
  gauge('dependency', async (self) => {
    for (const [dependency, up] of (await sources.dependencies?.()) ?? [])
      self.set({ dependency }, up ? 1 : 0);
  });
  const idp = histogram('idp', slow);
  gauge('providerUp', (self) => {
    for (const [provider, up] of sources.providersUp?.() ?? []) self.set({ provider }, up ? 1 : 0);
  });
  gauge('credentials', (self) => {
    for (const { provider = '', credential, endsAt } of sources.endings?.() ?? [])
      self.set({ provider, credential }, Math.round(((endsAt - now()) / day) * 100) / 100);
  });
  gauge('scimTokens', async (self) => {
    for (const { id, provider, expiresAt, revokedAt } of await tokensOf(sources)) {
      if (expiresAt === undefined || revokedAt !== undefined) continue;
      self.set({ provider, token: id }, Math.floor(expiresAt / 1_000));
    }
  });
  const sessions = gauge('sessions');
  // Without labels a gauge begins as 0, which is not what is known.
  sessions.remove();
  const ended = counter('ended');
  const signals = counter('signals');
  const rechecks = counter('rechecks');
  const config = gauge('config');
  const reloads = counter('reloads');
  const lastReload = gauge('lastReload');
  lastReload.set(1);
  const versions = gauge('versions');
  versions.set(1);
  const held = gauge('held');
  const inForce = (version: string) => {
    config.reset();
    config.set({ version }, 1);
  };
  if (options.version !== undefined) inForce(options.version);
  if (options.process ?? true) collectDefaultMetrics({ register: registry });

  return {
    login: (provider, outcome, reason = '') => logins.inc({ provider, outcome, reason }),
    verify,
    noteVerify,
    jitChanged: (provider, change, count) => jit.inc({ provider, change }, count),
    requested: (route, status, milliseconds) =>
      requests.observe({ route, status: statusClass(status) ?? 'aborted' }, milliseconds / 1_000),
    scimRequested: (provider, operation, status, milliseconds) =>
      scim.observe({ provider, operation, status: String(status) }, milliseconds / 1_000),
    storeUsed(name, operation, milliseconds, failed) {
      store.observe({ store: name, operation }, milliseconds / 1_000);
      if (failed) storeErrors.inc({ store: name, operation });
    },
    idpAsked(asked, status, milliseconds) {
      const host = hosts.has(asked) || hosts.size < mostHosts ? asked : 'other';
      hosts.add(host);
      idp.observe({ host, outcome: statusClass(status) ?? 'failed' }, milliseconds / 1_000);
    },
    sessionsCounted: (count) => sessions.set(count),
    sessionEnded: (cause, count = 1) => ended.inc({ cause }, count),
    signalReceived: (provider, event, effect) =>
      signals.inc({ provider, event: effect === 'unknown_event' ? 'unknown' : event, effect }),
    rechecked: (provider, outcome) => rechecks.inc({ provider, outcome }),
    configLoaded(version) {
      inForce(version);
      reloads.inc({ outcome: 'loaded' });
      lastReload.set(1);
      held.set(0);
    },
    configVersions: (count) => versions.set(count),
    configRejected() {
      reloads.inc({ outcome: 'rejected' });
      lastReload.set(0);
      held.set(0);
    },
    configHeld() {
      reloads.inc({ outcome: 'held' });
      lastReload.set(0);
      held.set(1);
    },
    configSettled() {
      lastReload.set(1);
      held.set(0);
    },
    readFrom(found) {
      sources = found;
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** None while the store is away. */
async function tokensOf({ scimTokens }: MetricSources): Promise<readonly EndingToken[]> {
  return (await scimTokens?.().catch(() => [])) ?? [];
}

/** Values that are read when asked for: those of the time before go first. */
function collecting<Self extends { reset(): void }>(
  collect: (self: Self) => void | Promise<void>,
): (this: Self) => void | Promise<void> {
  return function () {
    this.reset();
    return collect(this);
  };
}

function statusClass(status: number | undefined): string | undefined {
  return status === undefined ? undefined : `${Math.floor(status / 100)}xx`;
}
