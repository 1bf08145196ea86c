import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Request } from 'express';
import passport from 'passport';
import { personData } from '../../src/admin/index.ts';
import type { Actor, AuditEvent, AuditWriter } from '../../src/audit/index.ts';
import type { Config } from '../../src/config/index.ts';
import type { UserSnapshot } from '../../src/directory/index.ts';
import type { Admission } from '../../src/gate/index.ts';
import {
  Failure,
  type IdentityAssertion,
  type Standing,
  type User,
  silentLog,
} from '../../src/identity/index.ts';
import type { LoginOutcome } from '../../src/jit/index.ts';
import type { Provider, ProviderAnswer, StrategyOptions } from '../../src/providers/index.ts';
import {
  cookieName,
  createEndings,
  createSessionMiddleware,
  digestOf,
  openSessionStore,
  sessionIdFromCookie,
} from '../../src/sessions/index.ts';
import { createWeb, type TraceKeeper } from '../../src/web/index.ts';
import { testAccess, testAdmin, testAudit, testBrand } from './config-parts.ts';

/** What the identity provider of the test says at the next answer: an assertion, a refusal, or something to throw. */
export type IdpAnswer =
  | { asserted: Partial<IdentityAssertion> }
  | { refused: 'idp_denied' | 'idp_deactivated'; idpMessage: string }
  | { throws: unknown };

type Strategy = {
  redirect(url: string): void;
  success(answer: ProviderAnswer): void;
  error(error: unknown): void;
};

/** A provider whose protocol is only state and browser; what it asserts is what the test says. */
export class TestIdp {
  answer: IdpAnswer = { asserted: {} };
  startFails: unknown;
  /** Where a start leads; to the callback itself for a provider that remembers everybody. */
  endpoint = 'https://idp.example/authorize?prompt=none';
  health: 'unknown' | 'up' | 'down' = 'unknown';
  readonly starts: StrategyOptions[] = [];
  readonly flows = new Map<string, { browser: string; returnTo: string | undefined }>();
  readonly provider: Provider;

  constructor(id: string, label: string, protocol: 'oidc' | 'saml') {
    // Passport makes an object of the strategy for each request: its actions are found on `this`.
    const authenticate = (actions: Strategy, req: Request, options: StrategyOptions): void =>
      this.#authenticate(actions, req, options);
    class TestStrategy extends passport.Strategy {
      override authenticate(req: Request, options: unknown): void {
        authenticate(this as unknown as Strategy, req, options as StrategyOptions);
      }
    }
    const strategy = Object.assign(new TestStrategy(), { name: id });
    this.provider = {
      id,
      label,
      preset: protocol,
      protocol,
      strategy,
      health: () => ({ state: this.health, since: undefined }),
      ...(protocol === 'saml' && { metadata: async () => '<EntityDescriptor/>' }),
      close: async () => {},
    };
  }

  #authenticate(actions: Strategy, req: Request, options: StrategyOptions): void {
    if (options.step === 'start') {
      this.starts.push(options);
      if (this.startFails !== undefined) return actions.error(this.startFails);
      const state = randomUUID();
      this.flows.set(state, { browser: options.browser, returnTo: options.returnTo });
      return actions.redirect(`${this.endpoint}&state=${state}`);
    }
    const state = String(req.query['state'] ?? req.body?.RelayState);
    const flow = this.flows.get(state);
    if (flow === undefined || flow.browser !== options.browser) {
      return actions.error(new Failure('login_state_unknown', { detail: 'test.state' }));
    }
    this.flows.delete(state);
    if ('throws' in this.answer) throw this.answer.throws;
    const { returnTo } = flow;
    if ('refused' in this.answer) {
      const { refused: reason, idpMessage } = this.answer;
      return actions.success({ kind: 'refused', reason, idpMessage, returnTo });
    }
    const assertion = { ...annAssertion, provider: this.provider.id, ...this.answer.asserted };
    actions.success({ kind: 'asserted', assertion, returnTo });
  }
}

export const annAssertion: IdentityAssertion = {
  provider: 'entra',
  issuer: 'https://idp.example',
  subject: 'ann',
  userName: 'ann@acme.example',
  email: 'ann@acme.example',
  emailVerified: true,
  displayName: 'Ann Example',
  groups: { kind: 'present', names: ['engineers'] },
  roles: [],
  authenticatedAt: Date.parse('2026-01-02T03:04:05Z'),
  amr: [],
  idpSession: { sid: 'idp-session-1', idToken: 'secret-id-token' },
};

export const ann: User = {
  id: '0198c0de-0000-7000-8000-000000000001',
  profile: {
    userName: 'ann@acme.example',
    email: 'ann@acme.example',
    emailVerified: true,
    displayName: 'Ann Example',
  },
  identities: [{ issuer: 'https://idp.example', subject: 'ann', provider: 'entra' }],
  memberships: [{ group: 'engineers', source: { kind: 'login', provider: 'entra' } }],
  idpRoles: {},
  version: 1,
  createdAt: 1,
  updatedAt: 1,
};

export type Site = Awaited<ReturnType<typeof startSite>>;

/**
 * The web room on a real HTTP server, with the real session store (SQLite). Providers, jit, directory and audit log are
 * the test's own and can be changed between requests.
 */
export async function startSite(overrides: Partial<Config> = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'doorward-web-'));
  const store = await openSessionStore(`sqlite:${join(directory, 'sessions.db')}`, {
    now: Date.now,
    log: silentLog,
    redisPrefix: '',
  });
  let handle: ReturnType<typeof createWeb> | undefined;
  const server = createServer((req, res) => void handle?.(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}`;
  const entra = new TestIdp('entra', 'Microsoft', 'oidc');
  const okta = new TestIdp('okta', 'Okta', 'saml');
  const config = {
    baseUrl,
    prefix: '/sso',
    secrets: ['0123456789abcdef0123456789abcdef'],
    session: { idle: 3_600_000, absolute: 36_000_000, cookieDomain: undefined },
    trustedProxies: [],
    returnTo: [],
    ...testAccess,
    listen: { host: '127.0.0.1', port: 0, socket: undefined },
    contact: 'help@acme.example',
    brand: testBrand('Acme Catalog'),
    admin: testAdmin,
    audit: testAudit,
    providers: [],
    login: { timeout: 600_000, maxPerMinutePerAddress: 1000, maxPerMinutePerProvider: 1000 },
    ...overrides,
  } as unknown as Config;
  const state = {
    outcome: {
      kind: 'admitted',
      user: ann,
      created: false,
      added: [],
      removed: [],
      groupsCreated: [],
    } as LoginOutcome,
    standing: {} as Standing,
    groups: ['engineers'] as readonly string[],
    /** By default each group comes from a login. */
    memberships: undefined as User['memberships'] | undefined,
    displayName: 'Ann Example',
    gateUnavailable: false,
    auditFails: (_event: AuditEvent): boolean => false,
    /** Has the identity provider ended the sign-in by now? */
    endedAtIdp: async (_assertion: IdentityAssertion): Promise<boolean> => false,
    /** Runs while a login is applied: what happens elsewhere at that moment. */
    duringLogin: async (): Promise<void> => {},
  };
  const events: AuditEvent[] = [];
  const traces: Parameters<TraceKeeper['keep']>[0][] = [];
  const logins: (string | undefined)[][] = [];
  const snapshot = async (id: string): Promise<UserSnapshot | undefined> =>
    id !== ann.id
      ? undefined
      : {
          id,
          version: 1,
          userName: ann.profile.userName,
          email: ann.profile.email,
          emailVerified: true,
          displayName: state.displayName,
          groups: state.groups,
          idpRoles: {},
          ...state.standing,
        };
  const findUser = async (id: string): Promise<User | undefined> =>
    id === ann.id
      ? {
          ...ann,
          memberships:
            state.memberships ??
            state.groups.map((group) => ({ group, source: { kind: 'login', provider: 'entra' } })),
        }
      : undefined;
  const audit: AuditWriter = {
    async write(...written) {
      if (written.some(state.auditFails)) throw new Failure('store_unavailable', { detail: 'test.audit' });
      events.push(...written);
    },
  };
  const cookies = {
    cookieName: cookieName(config.baseUrl, config.session.cookieDomain),
    secrets: config.secrets,
  };

  async function admit({ cookie }: { cookie: string | undefined }): Promise<Admission> {
    if (state.gateUnavailable) return { kind: 'unavailable' };
    const id = sessionIdFromCookie(cookie, cookies) as unknown;
    const found = typeof id === 'string' ? await store.get(digestOf(id)) : undefined;
    const user = found?.record.login === undefined ? undefined : await snapshot(found.record.login.userId);
    if (found === undefined || user === undefined) return { kind: 'signed_out' };
    if (user.disabledAt !== undefined) return { kind: 'refused', reason: 'disabled_locally' };
    return {
      kind: 'admitted',
      identity: { user, role: 'guest', session: found.record, headers: [] } as never,
    };
  }

  handle = createWeb({
    config,
    providers: new Map([
      ['entra', entra.provider],
      ['okta', okta.provider],
    ]),
    login: async (_assertion, record) => {
      await state.duringLogin();
      const { outcome } = state;
      if (outcome.kind === 'admitted') events.push(...record(outcome));
      return outcome;
    },
    sessionMiddleware: createSessionMiddleware({
      store,
      secrets: config.secrets,
      baseUrl: config.baseUrl,
      cookieDomain: config.session.cookieDomain,
      idle: config.session.idle,
      absolute: config.session.absolute,
      now: Date.now,
      log: silentLog,
    }),
    gate: { admit },
    users: { snapshot, findUser },
    sessions: store,
    endedAtIdp: (assertion) => state.endedAtIdp(assertion),
    endings: createEndings<Actor>({ sessions: store, audit, now: Date.now }),
    personData: (userId) =>
      personData(userId, {
        directory: {
          findUser,
          claimsOf: async () => [],
          read: async () => events.map((event, index) => ({ seq: index + 1, event })),
        },
        sessions: store,
        now: Date.now,
      }),
    audit,
    traces: { keep: (row) => traces.push(row) },
    transient: store.transient,
    onLogin: (...ended) => logins.push(ended),
    now: Date.now,
    random: randomBytes,
    log: silentLog,
  });

  return {
    logins,
    traces,
    baseUrl,
    port,
    config,
    entra,
    okta,
    state,
    events,
    store,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** A browser as far as cookies and redirects go: follows none, keeps what it is given. */
export class TestBrowser {
  readonly cookies = new Map<string, string>();
  readonly #baseUrl: string;

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers({ accept: 'text/html', ...(init.headers as Record<string, string>) });
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (cookie !== '') headers.set('cookie', cookie);
    const response = await fetch(new URL(path, this.#baseUrl), { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  /** Starts at a provider; returns the state that the provider would send back. */
  async start(path = '/sso/login/entra'): Promise<string> {
    const response = await this.fetch(path);
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return new URL(location).searchParams.get('state') ?? '';
  }

  answer(state: string): Promise<Response> {
    return this.fetch(`/sso/callback/entra?code=c&state=${state}`);
  }

  async login(path?: string): Promise<Response> {
    return this.answer(await this.start(path));
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
    const expires = attributes.find((attribute) => attribute.toLowerCase().startsWith('expires='))?.slice(8);
    if (expires !== undefined && Date.parse(expires) < Date.now()) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
