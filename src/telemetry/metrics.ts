import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

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
}

export interface Metrics {
  /** A login came to its end. `reason`: the refusal's reason or the failure's code; empty for the admitted. */
  login(provider: string, outcome: 'admitted' | 'refused' | 'failed', reason?: string): void;
  /** Hand this object to the gate, or hand an object of the gate's to {@link MetricsOptions.verify}. */
  readonly verify: VerifyCounts;
  sessionEnded(cause: string, count?: number): void;
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
  /** What ends one day is asked for each time Prometheus asks. */
  endings(list: () => readonly EndingCredential[], now: () => number): void;
  /** Where the credentials of SCIM clients are asked for, each time Prometheus asks; a store that is away leaves them out. */
  scimTokens(list: () => Promise<readonly EndingToken[]>): void;
  /** Prometheus text, and its content type. */
  text(): Promise<string>;
  readonly contentType: string;
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

export interface MetricsOptions {
  /** Version of the configuration that the gateway starts with. */
  readonly version?: string;
  /** The gate's own counters, when it has made them already. */
  readonly verify?: VerifyCounts;
  /** Metrics of the process and of Node; on by default. */
  readonly process?: boolean;
}

const verifyOutcomes = ['admitted', 'anonymous', 'signed_out', 'step_up', 'refused', 'unavailable'] as const;

/** A registry of its own for each gateway. Labels are closed sets and configured names: nothing that a client chooses. */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const verify = options.verify ?? { admitted: 0, signed_out: 0, refused: 0, unavailable: 0 };
  const logins = new Counter({
    name: 'doorward_logins_total',
    help: 'Logins by provider, outcome and reason.',
    labelNames: ['provider', 'outcome', 'reason'] as const,
    registers,
  });
  const ended = new Counter({
    name: 'doorward_sessions_ended_total',
    help: 'Sessions ended, by cause.',
    labelNames: ['cause'] as const,
    registers,
  });
  const config = new Gauge({
    name: 'doorward_config_info',
    help: 'Version of the configuration in force.',
    labelNames: ['version'] as const,
    registers,
  });
  const reloads = new Counter({
    name: 'doorward_config_reloads_total',
    help: 'Configurations taken over, refused and held while running.',
    labelNames: ['outcome'] as const,
    registers,
  });
  const lastReload = new Gauge({
    name: 'doorward_config_last_reload_successful',
    help: '1 when the files on disk are in force, 0 when their last change was refused or is held.',
    registers,
  });
  lastReload.set(1);
  const versions = new Gauge({
    name: 'doorward_config_versions',
    help: 'Versions of the configuration in force among all gateways on this directory; 1 when they agree.',
    registers,
  });
  versions.set(1);
  const held = new Gauge({
    name: 'doorward_config_held',
    help: '1 while files on disk that take much away wait for an administrator to accept them.',
    registers,
  });
  registry.registerMetric(
    new Counter({
      name: 'doorward_verify_total',
      help: 'Requests judged by the gate, by outcome.',
      labelNames: ['outcome'] as const,
      registers: [],
      collect() {
        this.reset();
        for (const outcome of verifyOutcomes) this.inc({ outcome }, verify[outcome] ?? 0);
      },
    }),
  );
  registry.registerMetric(
    new Counter({
      name: 'doorward_verify_asked_total',
      help: 'Requests for which the gate had to ask a store.',
      registers: [],
      collect() {
        this.reset();
        this.inc(verify.asked ?? 0);
      },
    }),
  );
  let daysLeft: () => readonly (readonly [EndingCredential, number])[] = () => [];
  registry.registerMetric(
    new Gauge({
      name: 'doorward_credential_days_left',
      help: 'Days until a certificate or a secret with a known date ends; below 0 it has ended. No provider: of the gateway itself.',
      labelNames: ['provider', 'credential'] as const,
      registers: [],
      collect() {
        this.reset();
        for (const [{ provider = '', credential }, days] of daysLeft())
          this.set({ provider, credential }, days);
      },
    }),
  );
  let listTokens: () => Promise<readonly EndingToken[]> = async () => [];
  registry.registerMetric(
    new Gauge({
      name: 'doorward_scim_token_expiry_timestamp_seconds',
      help: 'When a credential of a SCIM client ends, in seconds since 1970; those that never end, and the revoked, are left out.',
      labelNames: ['provider', 'token'] as const,
      registers: [],
      async collect() {
        const tokens = await listTokens().catch(() => []);
        this.reset();
        for (const { id, provider, expiresAt, revokedAt } of tokens) {
          if (expiresAt === undefined || revokedAt !== undefined) continue;
          this.set({ provider, token: id }, Math.floor(expiresAt / 1_000));
        }
      },
    }),
  );
  const inForce = (version: string) => {
    config.reset();
    config.set({ version }, 1);
  };
  if (options.version !== undefined) inForce(options.version);
  if (options.process ?? true) collectDefaultMetrics({ register: registry });

  return {
    login: (provider, outcome, reason = '') => logins.inc({ provider, outcome, reason }),
    verify,
    sessionEnded: (cause, count = 1) => ended.inc({ cause }, count),
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
    endings(list, now) {
      daysLeft = () =>
        list().map((each) => [each, Math.round(((each.endsAt - now()) / 86_400_000) * 100) / 100] as const);
    },
    scimTokens: (list) => void (listTokens = list),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
