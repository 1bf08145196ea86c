import type { Config } from '../../../src/config/index.ts';
import { digestOf, sessionIdFromCookie } from '../../../src/sessions/index.ts';
import { type HostileOp, opKey, startHostileOp } from '../../support/hostile-op.ts';
import { oidcConfig } from '../../support/oidc-rp.ts';
import { Browser, type Reply, sessionCookie } from './browser.ts';
import { type Gateway, hostileConfig, type Place, startGateway } from './gateway.ts';

/** The whole gateway with an OpenID provider at which anybody can be anybody. */
export interface Town {
  readonly op: HostileOp;
  readonly gateway: Gateway;
  browser(): Browser;
  close(): Promise<void>;
}

export async function openTown(
  place: Place,
  settings: Readonly<Record<string, unknown>> = {},
  changes: Partial<Config> = {},
): Promise<Town> {
  const op = await startHostileOp(await opKey());
  const config = { ...(await hostileConfig(settings)), ...changes };
  const providers = [oidcConfig({ issuer: op.issuer })];
  const gateway = await startGateway({ place, config, providers });
  return {
    op,
    gateway,
    browser: () => new Browser(gateway.origin),
    async close() {
      await gateway.close();
      await op.close();
    },
  };
}

/** Begins a login and stops at our door: the path that the identity provider sends the browser to. */
export async function upToCallback(browser: Browser, start = '/sso/login/op'): Promise<string> {
  const { status, headers, body } = await browser.ask(start);
  if (status !== 302) throw new Error(`the start answered ${status}: ${body.slice(0, 400)}`);
  const atIdp = await fetch(headers.location ?? '', { redirect: 'manual' });
  const { pathname, search } = new URL(atIdp.headers.get('location') ?? '');
  return `${pathname}${search}`;
}

/** A whole login, as a person would see it; gives the last answer. */
export async function signIn(browser: Browser, start?: string): Promise<Reply> {
  return browser.ask(await upToCallback(browser, start));
}

/** What the gate and the "who am I" endpoint say of a browser, of both the same: 200, 401, 403 or 503. */
export async function admitted(browser: Browser): Promise<number> {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return admittedWith(browser, cookie);
}

export async function admittedWith(browser: Browser, cookie: string): Promise<number> {
  const bystander = new Browser(browser.origin);
  const session = await bystander.ask('/sso/session', { headers: { cookie, accept: 'application/json' } });
  const gate = await bystander.ask('/sso/verify/auth-request', {
    headers: { cookie, 'x-original-url': 'https://catalog.acme.example/', 'x-original-method': 'GET' },
  });
  // The gate says 202 where there is nothing to say but yes.
  const said = gate.status === 202 ? 200 : gate.status;
  if (session.status !== said) throw new Error(`session ${session.status}, gate ${gate.status}`);
  return said;
}

/** How the store knows the session of a browser. */
export function digestIn(browser: Browser, secrets: readonly string[]): string {
  const header = `${sessionCookie}=${browser.cookies.get(sessionCookie) ?? ''}`;
  return digestOf(sessionIdFromCookie(header, { cookieName: sessionCookie, secrets }) ?? '');
}
