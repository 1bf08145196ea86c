import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, type App } from '../../src/app.ts';
import type { Actor, StoredAuditEvent } from '../../src/audit/index.ts';
import type { Config, OidcProviderConfig, SamlProviderConfig } from '../../src/config/index.ts';
import type { Log } from '../../src/identity/index.ts';
import { gateConfig } from './gate-world.ts';
import { freePort } from './redis.ts';

export interface GatewayOptions {
  /** Given the gateway's base URL, the providers. */
  readonly providers: (baseUrl: string) => readonly (OidcProviderConfig | SamlProviderConfig)[];
  /** `redis://…`; a SQLite file of its own otherwise. */
  readonly sessions?: string;
  /** A directory that several gateways share; one of its own otherwise. */
  readonly folder?: string;
  readonly config?: Partial<Config>;
  readonly now?: () => number;
  /** What reaches identity providers, in place of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
}

/** The whole gateway, in this process, on real stores. */
export interface Gateway {
  readonly app: App;
  readonly baseUrl: string;
  readonly config: Config;
  /** Everything that was logged, as text. */
  readonly said: string[];
  /** Events of this type, oldest first. */
  events(type?: string): Promise<readonly StoredAuditEvent['event'][]>;
  close(): Promise<void>;
}

export const testActor: Actor = { kind: 'command', name: 'test' };

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'doorward-gateway-'));
  const config = gateConfig({
    baseUrl,
    listen: { host: '127.0.0.1', port, socket: undefined },
    trustedProxies: [],
    state: {
      directory: `sqlite:${join(folder, 'directory.db')}`,
      sessions: options.sessions ?? `sqlite:${join(folder, 'sessions.db')}`,
      redisPrefix: 'gateway:',
      grace: 0,
    },
    login: { timeout: 600_000, maxPerMinutePerAddress: 10_000, maxPerMinutePerProvider: 10_000 },
    providers: options.providers(baseUrl),
    ...options.config,
  });
  const said: string[] = [];
  const say =
    (level: string) =>
    (fields: unknown, message: string): void =>
      void said.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
  const app = await createApp(config, {
    log,
    ...(options.now && { now: options.now }),
    ...(options.fetch && { fetch: options.fetch }),
  });
  await app.start();
  return {
    app,
    baseUrl,
    config,
    said,
    async events(type) {
      const stored = await app.stores.directory.read({ limit: 1000, ...(type !== undefined && { type }) });
      return stored.map(({ event }) => event);
    },
    async close() {
      await app.stop();
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A browser as far as cookies and redirects go; cookies are kept by host and port, which real ones do not. */
export class CookieBrowser {
  readonly jars = new Map<string, Map<string, string>>();

  /** One request; no redirect is followed. */
  async ask(url: string, init: RequestInit = {}): Promise<Response> {
    const { host } = new URL(url);
    const jar = this.jars.get(host) ?? new Map<string, string>();
    this.jars.set(host, jar);
    const headers = new Headers({ accept: 'text/html', ...(init.headers as Record<string, string>) });
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    if (cookie !== '') headers.set('cookie', cookie);
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      const expires = /;\s*expires=([^;]+)/i.exec(line)?.[1];
      if (value === '' || (expires !== undefined && Date.parse(expires) < Date.now())) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  /** Follows redirects to the page at their end, or to the first address that `stop` wants to see. */
  async go(
    url: string,
    init: RequestInit = {},
    stop: (url: string) => boolean = () => false,
  ): Promise<{ url: string; response: Response }> {
    let response = await this.ask(url, init);
    for (let hop = 0; hop < 15; hop += 1) {
      const location = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || location === null) return { url, response };
      await response.body?.cancel();
      url = new URL(location, url).href;
      if (stop(url)) return { url, response };
      response = await this.ask(url);
    }
    throw new Error('the browser went in circles');
  }

  cookie(baseUrl: string, name: string): string | undefined {
    return this.jars.get(new URL(baseUrl).host)?.get(name);
  }
}

/** Is this browser signed in at the gateway? */
export async function isIn(browser: CookieBrowser, gateway: Pick<Gateway, 'baseUrl'>): Promise<boolean> {
  for (const end = Date.now() + 10_000; ; await sleep(50)) {
    const response = await browser.ask(`${gateway.baseUrl}/sso/session`);
    await response.body?.cancel();
    // A machine that is busy may keep a store from answering in time: that is neither in nor out.
    if (response.status !== 503 || Date.now() > end) return response.status === 200;
  }
}
