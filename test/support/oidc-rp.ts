import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import express, { type Request } from 'express';
import passport from 'passport';
import type { OidcProviderConfig } from '../../src/config/index.ts';
import { Failure, type Log, silentLog } from '../../src/identity/index.ts';
import { createProviders, type Provider, type ProviderAnswer } from '../../src/providers/index.ts';
import { openSessionStore } from '../../src/sessions/index.ts';

/** What a login came to. */
export type Outcome =
  | ProviderAnswer
  | { readonly kind: 'failed'; readonly code: string; readonly detail: string | undefined };

/** A tiny application with nothing but the provider's strategy in it, and the embedded store behind that. */
export interface Rp {
  readonly origin: string;
  readonly redirectUri: string;
  /** Everything that was logged, and every failure with its causes, as text. */
  readonly said: string[];
  /** Puts another provider file in the place of the first. Knows nothing of what the first had learned. */
  configure(overrides: Partial<OidcProviderConfig>, world?: World): Provider;
  close(): Promise<void>;
}

/** As much of it as a browser sees. */
export type Target = Pick<Rp, 'origin' | 'redirectUri'>;

/** What a provider is given in place of the real clock and network. */
export interface World {
  readonly now?: () => number;
  readonly fetch?: typeof globalThis.fetch;
}

export interface RpOptions extends World {
  /** `redis://…`; a SQLite file of its own otherwise. */
  readonly store?: string;
}

export const rpClient = { id: 'doorward', secret: 'a-client-secret-of-forty-characters-0123' };

/** A provider's file as the configuration room would give it. */
export function oidcConfig(overrides: Partial<OidcProviderConfig> = {}): OidcProviderConfig {
  return {
    protocol: 'oidc',
    id: 'op',
    file: '/config/providers/op.yaml',
    lines: {},
    preset: 'oidc',
    label: 'OP',
    domains: [],
    admit: { emailDomains: [], requireGroups: [] },
    jit: { create: true },
    groups: { claims: ['groups'], whenMissing: 'keep', map: [], unmapped: 'create' },
    role: { default: 'guest', map: [] },
    trustEmail: false,
    issuer: 'https://op.example',
    clientId: rpClient.id,
    clientAuth: { method: 'client_secret_basic', secret: rpClient.secret },
    scopes: ['openid', 'profile', 'email'],
    idTokenAlgs: ['RS256'],
    claims: {
      subject: ['sub'],
      userName: ['preferred_username', 'email'],
      email: ['email'],
      displayName: ['name'],
      givenName: ['given_name'],
      familyName: ['family_name'],
    },
    allowInsecure: true,
    clockTolerance: 30_000,
    tenants: [],
    ...overrides,
  };
}

export async function startRp(options: RpOptions = {}): Promise<Rp> {
  const now = options.now ?? Date.now;
  const directory = mkdtempSync(join(tmpdir(), 'doorward-rp-'));
  const url = options.store ?? `sqlite:${join(directory, 'sessions.db')}`;
  const store = await openSessionStore(url, { now, log: silentLog, redisPrefix: 'rp:' });
  const app = express();
  const server = app.listen(0, '127.0.0.1');
  // An idle connection is not closed under the hands of a client that is about to use it.
  server.keepAliveTimeout = 0;
  await new Promise((resolve) => server.once('listening', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const authenticator = new passport.Passport();

  const browserOf = (req: Request): string | undefined =>
    /(?:^|; )browser=([^;]+)/.exec(req.headers.cookie ?? '')?.[1];
  const said: string[] = [];
  const say = (fields: unknown, message: string): void => void said.push(inspect({ fields, message }));
  const log: Log = { debug: say, info: say, warn: say, error: say };
  const failed = (error: unknown): Outcome => {
    said.push(inspect(error, { depth: 12 }));
    return error instanceof Failure
      ? { kind: 'failed', code: error.code, detail: error.detail }
      : { kind: 'failed', code: 'not-a-failure', detail: String(error) };
  };

  app.get('/sso/login/:provider', (req, res, next) => {
    const browser = browserOf(req) ?? '';
    const query = new URL(req.originalUrl, origin).searchParams;
    const rd = query.get('rd') ?? undefined;
    const done = (error: unknown) => res.status(500).json(failed(error));
    const start = {
      session: false,
      step: 'start',
      browser,
      returnTo: rd,
      otherAccount: query.has('other'),
    } as object;
    authenticator.authenticate('op', start, done)(req, res, next);
  });
  app.get('/sso/callback/:provider', (req, res, next) => {
    const done = (error: unknown, answer: unknown) => res.json(error ? failed(error) : answer);
    const answer = { session: false, step: 'answer', browser: browserOf(req) } as object;
    authenticator.authenticate('op', answer, done)(req, res, next);
  });

  return {
    origin,
    said,
    redirectUri: `${origin}/sso/callback/op`,
    configure(overrides, world = options) {
      const provider = createProviders(
        {
          baseUrl: origin,
          prefix: '/sso',
          login: { timeout: 600_000, maxPerMinutePerAddress: 1_000, maxPerMinutePerProvider: 1_000 },
          providers: [oidcConfig(overrides)],
        },
        {
          transient: store.transient,
          log,
          now: world.now ?? now,
          ...(world.fetch && { fetch: world.fetch }),
        },
      ).get('op');
      if (provider === undefined) throw new Error('no provider');
      authenticator.use('op', provider.strategy);
      return provider;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
}

/** A browser with a cookie jar; it follows redirects as one does. */
export interface TestBrowser {
  readonly cookies: Map<string, string>;
  /** Asks for a page and follows redirects while `follow` wants to; gives the last answer and its address. */
  get(url: string, follow?: (location: string) => boolean): Promise<{ url: string; response: Response }>;
}

export function testBrowser(name = 'browser-of-ann'): TestBrowser {
  const cookies = new Map<string, string>([['browser', name]]);
  return {
    cookies,
    async get(url, follow = () => true) {
      for (let hop = 0; hop < 12; hop += 1) {
        const cookie = [...cookies].map(([key, value]) => `${key}=${value}`).join('; ');
        const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
        for (const line of response.headers.getSetCookie()) {
          const [key = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s);
          if (value === '') cookies.delete(key);
          else cookies.set(key, value);
        }
        const location = response.headers.get('location');
        if (response.status < 300 || response.status > 399 || location === null) return { url, response };
        const next = new URL(location, url).href;
        await response.body?.cancel();
        if (!follow(next)) return { url: next, response };
        url = next;
      }
      throw new Error('the browser went in circles');
    },
  };
}

/** Begins a login and stops before our callback: the address that the provider sends the browser to. */
export async function loginUpToCallback(rp: Target, browser: TestBrowser, rd = '/'): Promise<URL> {
  const start = `${rp.origin}/sso/login/op?rd=${encodeURIComponent(rd)}`;
  const { url, response } = await browser.get(start, (next) => !next.startsWith(rp.redirectUri));
  if (!url.startsWith(rp.redirectUri)) throw new StartFailed((await response.json()) as Outcome);
  return new URL(url);
}

class StartFailed extends Error {
  readonly outcome: Outcome;

  constructor(outcome: Outcome) {
    super(`the login did not start: ${JSON.stringify(outcome)}`);
    this.outcome = outcome;
  }
}

export async function answer(browser: TestBrowser, callback: URL | string): Promise<Outcome> {
  const { response } = await browser.get(String(callback));
  return (await response.json()) as Outcome;
}

/** A whole login, as a person would see it. */
export async function logIn(rp: Target, browser = testBrowser(), rd = '/'): Promise<Outcome> {
  try {
    return await answer(browser, await loginUpToCallback(rp, browser, rd));
  } catch (error) {
    if (error instanceof StartFailed) return error.outcome;
    throw error;
  }
}
