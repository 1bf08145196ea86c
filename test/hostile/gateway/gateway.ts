import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, type App } from '../../../src/app.ts';
import type { AuditEvent } from '../../../src/audit/index.ts';
import type { Config, ProviderConfig } from '../../../src/config/index.ts';
import type { Log } from '../../../src/identity/index.ts';
import { createLoginFlows, type LoginFlow } from '../../../src/providers/index.ts';
import { configOf } from '../../support/config-files.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { fixtureBase, fixtureIdp } from '../../support/saml-provider.ts';
import { samlKey } from '../../support/saml-keys.ts';
import { rpClient } from '../../support/oidc-rp.ts';
import { readStanding, type Standing } from './standing.ts';

/** Where the sessions are kept; a Redis is the test's own. */
export interface Place {
  readonly kind: 'SQLite' | 'Redis';
  readonly redis: TestRedis | undefined;
  close(): Promise<void>;
}

export const kinds = ['SQLite', 'Redis'] as const;

export async function openPlace(kind: Place['kind']): Promise<Place> {
  const redis = kind === 'Redis' ? await startRedis() : undefined;
  return { kind, redis, close: async () => redis?.stop() };
}

/** The whole gateway over real HTTP, with a directory and sessions of its own. */
export interface Gateway {
  readonly app: App;
  readonly config: Config;
  /** Where it listens; people know it as `config.baseUrl`. */
  readonly origin: string;
  /** Every line of the log, as text. */
  readonly said: string[];
  /** What is there of people and sessions, all of it, to compare. */
  standing(): Promise<Standing>;
  /** Puts a login under way, begun by this browser. Gives its key: `state`, RelayState. */
  begin(flow: Omit<LoginFlow, 'createdAt' | 'returnTo'>, browser: string): Promise<string>;
  /** What the audit log has under a reference. */
  audited(reference: string): Promise<readonly AuditEvent[]>;
  close(): Promise<void>;
}

let made = 0;

/** What an administrator would write: both protocols, from files. */
export async function hostileConfig(more: Readonly<Record<string, unknown>> = {}) {
  const pem = (text: string): string => JSON.stringify(text);
  return configOf({
    'gateway.yaml': JSON.stringify({
      baseUrl: fixtureBase,
      secrets: ['a secret of the gateway, 32 letters long'],
      listen: '127.0.0.1:0',
      ops: false,
      contact: 'help@acme.example',
      login: { maxPerMinutePerAddress: 100_000, maxPerMinutePerProvider: 100_000 },
      log: { level: 'silent' },
      ...more,
    }),
    'providers/okta.yaml': `
preset: saml
label: Okta
idp:
  entityId: ${fixtureIdp}
  ssoUrl: https://idp.acme.example/sso
  certificates: [${pem(samlKey('idp').certificatePem)}]
decryption: { key: ${pem(samlKey('sp').privateKeyPem)}, certificate: ${pem(samlKey('sp').certificatePem)} }
groups: { claim: groups, unmapped: create }
attributes:
  subject: [NameID]
  userName: [userName, NameID]
  email: [email, mail]
  displayName: [displayName]
  givenName: [givenName, firstName]
  familyName: [familyName, lastName]
`,
    'providers/op.yaml': `
preset: oidc
label: OP
issuer: https://op.example
clientId: ${rpClient.id}
clientSecret: ${rpClient.secret}
clockTolerance: 30s
groups: { claim: groups, unmapped: create }
`,
  });
}

export interface GatewayOptions {
  readonly place: Place;
  readonly config: Config;
  readonly now?: () => number;
  readonly fetch?: typeof globalThis.fetch;
  readonly bodyTime?: number;
  /** In place of the configured providers. */
  readonly providers?: readonly ProviderConfig[];
  /** A folder and a prefix that another process uses already. */
  readonly state?: Config['state'];
}

/** Where the state of a gateway is: files of its own, and with Redis a prefix of its own. */
export async function newState(place: Place): Promise<Config['state'] & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-hostile-'));
  made += 1;
  return {
    folder,
    directory: `sqlite:${join(folder, 'directory.db')}`,
    sessions: place.redis === undefined ? `sqlite:${join(folder, 'sessions.db')}` : place.redis.url,
    redisPrefix: `hostile${process.pid}-${made}:`,
    grace: 0,
  };
}

/** Starts the gateway on a free port. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { place, now = Date.now } = options;
  const own = options.state === undefined ? await newState(place) : undefined;
  const state = options.state ?? own!;
  const config = { ...options.config, state, providers: options.providers ?? options.config.providers };
  const said: string[] = [];
  const say = (fields: unknown, message: string): void =>
    void said.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: say, info: say, warn: say, error: say };
  const app = await createApp(config, {
    now,
    log,
    bodyTime: options.bodyTime,
    ...(options.fetch && { fetch: options.fetch }),
  });
  await app.start();
  // Our own key pair is made when it is first needed: not between two looks at what is there.
  const saml = config.providers.find(({ protocol }) => protocol === 'saml');
  if (saml !== undefined) await (await fetch(`${app.address()}/sso/metadata/${saml.id}`)).text();
  const { directory, sessions } = app.stores;
  const flows = createLoginFlows({ store: sessions.transient, timeout: config.login.timeout, now });
  return {
    app,
    config,
    origin: app.address(),
    said,
    standing: () => readStanding(state),
    begin: (flow, browser) => flows.begin({ ...flow, returnTo: undefined, createdAt: now() }, browser),
    audited: async (reference) => (await directory.read({ reference })).map(({ event }) => event),
    async close() {
      await app.stop();
      if (own !== undefined) await rm(own.folder, { recursive: true, force: true });
    },
  };
}
