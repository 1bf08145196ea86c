import { createHmac } from 'node:crypto';
import { testAccess, testAdmin, testBrand, testAudit } from './config-parts.ts';
import type { Config } from '../../src/config/index.ts';
import type { Directory, UserSnapshot } from '../../src/directory/index.ts';
import {
  createGate,
  gateCounters,
  type Gate,
  type GateCounters,
  type GateOptions,
} from '../../src/gate/index.ts';
import { Failure, type Log } from '../../src/identity/index.ts';
import {
  digestOf,
  type SessionLogin,
  type SessionRecord,
  type SessionStore,
} from '../../src/sessions/index.ts';

/** A whole configuration with one OIDC provider, for what is in front of the login. */
export function gateConfig(overrides: Partial<Config> = {}): Config {
  return {
    baseUrl: 'https://catalog.example',
    prefix: '/sso',
    listen: { host: '127.0.0.1', port: 0, socket: undefined },
    ops: undefined,
    secrets: ['a secret of at least thirty-two characters'],
    state: { directory: 'sqlite:', sessions: 'sqlite:', redisPrefix: '', grace: 0 },
    session: { idle: 3_600_000, absolute: 36_000_000, cookieDomain: undefined },
    trustedProxies: ['127.0.0.1'],
    returnTo: [],
    headers: { set: 'x-auth-request', user: 'id', maxGroupsBytes: 4096 },
    upstreams: [],
    ...testAccess,
    contact: 'help@acme.example',
    brand: testBrand('Catalog'),
    admin: testAdmin,
    audit: testAudit,
    mail: undefined,
    reload: { maxLossPercent: 20 },
    login: { timeout: 600_000, maxPerMinutePerAddress: 60, maxPerMinutePerProvider: 60 },
    log: { level: 'silent' },
    providers: [
      {
        id: 'okta',
        file: '/config/providers/okta.yaml',
        lines: {},
        preset: 'okta',
        label: 'Okta',
        domains: [],
        admit: { emailDomains: [], requireGroups: [] },
        jit: { create: true },
        groups: { claims: ['groups'], whenMissing: 'keep', map: [], unmapped: 'create' },
        role: { default: 'guest', map: [['stewards', 'admin']] },
        trustEmail: false,
        protocol: 'oidc',
        issuer: 'https://acme.okta.example',
        clientId: 'id',
        clientAuth: { method: 'none' },
        scopes: ['openid'],
        idTokenAlgs: ['RS256'],
        claims: {
          subject: ['sub'],
          userName: ['preferred_username'],
          email: ['email'],
          displayName: ['name'],
          givenName: ['given_name'],
          familyName: ['family_name'],
        },
        allowInsecure: false,
        clockTolerance: 0,
        tenants: [],
      },
    ],
    version: 'test',
    ...overrides,
  };
}

/** A user as the directory tells of them. */
export function snapshot(overrides: Partial<UserSnapshot> = {}): UserSnapshot {
  return {
    id: '01890a5d-ac96-774b-bcce-b302099a8057',
    version: 1,
    userName: 'lukasz@acme.example',
    email: 'lukasz@acme.example',
    emailVerified: true,
    displayName: 'Łukasz Müller',
    groups: ['a,b', 'engineers'],
    idpRoles: {},
    ...overrides,
  };
}

/** The value of a session cookie, as express-session signs it. */
export function signedCookie(id: string, secret: string): string {
  const signature = createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '');
  return encodeURIComponent(`s:${id}.${signature}`);
}

interface Store<K> {
  /** What `freshness.check` says. */
  freshness: 'trusted' | 'ask';
  /** While set, every question fails. */
  down: boolean;
  /** While set, no question is answered. */
  silent: boolean;
  /** How often the store was asked. */
  asked: number;
  /** Called while a question is being answered, after the answer was read. */
  meanwhile: (() => void) | undefined;
  invalidate(key: K | undefined): void;
}

/** A gate over two stores in memory that can be told to fail, to be silent, or to tell of nothing. */
export interface GateWorld {
  readonly gate: Gate;
  readonly config: Config;
  readonly counters: GateCounters;
  readonly logged: { level: string; fields: Readonly<Record<string, unknown>>; message: string }[];
  now: number;
  readonly sessionStore: Store<string> & { readonly ended: string[]; readonly touched: string[] };
  readonly directoryStore: Store<string>;
  /** Creates a session and returns its `Cookie` header. */
  signIn(id: string, login?: Partial<SessionLogin>, times?: Partial<SessionRecord>): string;
  /** Ends a session, as an acknowledged `SessionStore.end` does. */
  end(id: string): void;
  /** Writes a user, as an acknowledged change does; undefined erases. */
  setUser(id: string, user: UserSnapshot | undefined): void;
}

/** Makes a world; the default user is there, nobody is signed in. */
export function gateWorld(
  overrides: Partial<Config> = {},
  gateOptions: Partial<Pick<GateOptions, 'capacity' | 'signer' | 'tokens' | 'fetch'>> = {},
): GateWorld {
  const config = gateConfig(overrides);
  const records = new Map<string, SessionRecord>();
  const users = new Map<string, UserSnapshot>([[snapshot().id, snapshot()]]);
  const logged: GateWorld['logged'] = [];
  const log = Object.fromEntries(
    ['debug', 'info', 'warn', 'error'].map((level) => [
      level,
      (fields: Readonly<Record<string, unknown>>, message: string) => logged.push({ level, fields, message }),
    ]),
  ) as unknown as Log;
  const sessionListeners: ((key: string | undefined) => void)[] = [];
  const userListeners: ((key: string | undefined) => void)[] = [];
  const sessionStore = {
    ...storeState((key) => sessionListeners.forEach((tell) => tell(key))),
    ended: [] as string[],
    touched: [] as string[],
  };
  const directoryStore = storeState((key) => userListeners.forEach((tell) => tell(key)));

  const sessions: Pick<SessionStore, 'get' | 'touch' | 'end' | 'freshness'> = {
    get: (digest) =>
      answer(sessionStore, () => {
        const record = records.get(digest);
        return record === undefined ? undefined : { record, data: '{}' };
      }),
    touch: (digest, lastSeenAt, idleExpiresAt) =>
      answer(sessionStore, () => {
        sessionStore.touched.push(digest);
        const record = records.get(digest);
        if (record !== undefined) records.set(digest, { ...record, lastSeenAt, idleExpiresAt });
        return record !== undefined;
      }),
    end: (digest) =>
      answer(sessionStore, () => {
        const record = records.get(digest);
        sessionStore.ended.push(digest);
        records.delete(digest);
        sessionStore.invalidate(digest);
        return record;
      }),
    freshness: {
      check: () => sessionStore.freshness,
      onInvalidated: (listener) => void sessionListeners.push(listener),
    },
  };
  const directory: Pick<Directory, 'snapshot' | 'freshness'> = {
    snapshot: (id) => answer(directoryStore, () => users.get(id)),
    freshness: {
      check: () => directoryStore.freshness,
      onInvalidated: (listener) => void userListeners.push(listener),
    },
  };

  const counters = gateCounters();
  const world: GateWorld = {
    config,
    counters,
    logged,
    now: Date.UTC(2026, 10, 23),
    sessionStore,
    directoryStore,
    gate: undefined as unknown as Gate,
    signIn(id, login = {}, times = {}) {
      const digest = digestOf(id);
      records.set(digest, {
        digest,
        login: {
          userId: snapshot().id,
          provider: 'okta',
          issuer: 'https://acme.okta.example',
          subject: '00u1',
          authenticatedAt: world.now,
          amr: ['pwd'],
          idp: {},
          ...login,
        },
        createdAt: world.now,
        lastSeenAt: world.now,
        idleExpiresAt: world.now + config.session.idle,
        absoluteExpiresAt: world.now + config.session.absolute,
        ...times,
      });
      return `__Host-doorward=${signedCookie(id, config.secrets[0] ?? '')}`;
    },
    end(id) {
      records.delete(digestOf(id));
      if (sessionStore.freshness === 'trusted') sessionStore.invalidate(digestOf(id));
    },
    setUser(id, user) {
      if (user === undefined) users.delete(id);
      else users.set(id, user);
      if (directoryStore.freshness === 'trusted') directoryStore.invalidate(id);
    },
  };
  const gate = createGate({
    config,
    sessions,
    directory,
    now: () => world.now,
    elapsed: () => world.now,
    log,
    counters,
    reference: () => 'REF-1',
    ...gateOptions,
  });
  return Object.assign(world, { gate });
}

function storeState(invalidate: (key: string | undefined) => void): Store<string> {
  return { freshness: 'trusted', down: false, silent: false, asked: 0, meanwhile: undefined, invalidate };
}

async function answer<T>(store: Store<string>, read: () => T): Promise<T> {
  store.asked += 1;
  if (store.silent) return new Promise<T>(() => {});
  if (store.down) throw new Failure('store_unavailable');
  const value = read();
  const { meanwhile } = store;
  store.meanwhile = undefined;
  if (meanwhile !== undefined) {
    await new Promise((resolve) => setImmediate(resolve));
    meanwhile();
  }
  return value;
}
