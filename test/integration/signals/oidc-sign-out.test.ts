import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CookieBrowser, isIn, startGateway, type Gateway } from '../../support/gateway.ts';
import { annAccount, opClient, startOp, type Op } from '../../support/op.ts';
import { oidcConfig } from '../../support/oidc-rp.ts';
import { freePort } from '../../support/redis.ts';

let op: Op;
let gateway: Gateway;
let browser: CookieBrowser;

beforeAll(async () => {
  const port = await freePort();
  gateway = await startGateway({
    providers: () => [oidcConfig({ issuer: `http://127.0.0.1:${port}` })],
  });
  op = await startOp(`${gateway.baseUrl}/sso/callback/op`, {
    port,
    accounts: { 'sub-ann': annAccount },
    clients: [
      {
        ...opClient,
        post_logout_redirect_uris: [`${gateway.baseUrl}/sso/signed-out`],
        backchannel_logout_uri: `${gateway.baseUrl}/sso/backchannel/op`,
        backchannel_logout_session_required: true,
      },
    ],
    configuration: {
      features: {
        devInteractions: { enabled: false },
        userinfo: { enabled: true },
        backchannelLogout: { enabled: true },
        rpInitiatedLogout: { enabled: true },
      },
    },
  });
});
afterAll(async () => {
  await gateway.close();
  await op.close();
});
beforeEach(() => {
  browser = new CookieBrowser();
});

const logIn = async (who = browser): Promise<void> => {
  const { response } = await who.go(`${gateway.baseUrl}/sso/login/op?rd=/sso/me`);
  expect(response.status).toBe(200);
  expect(await isIn(who, gateway)).toBe(true);
};
const post = (url: string, fields: Record<string, string> = {}) => ({
  method: 'POST',
  body: new URLSearchParams(fields),
  headers: { origin: new URL(url).origin },
});

describe('signing out, on to the OpenID provider', () => {
  it('goes on to its end_session_endpoint when the session here is dead, with all that the standard asks for', async () => {
    await logIn();
    const cookie = browser.cookie(gateway.baseUrl, 'doorward');
    const url = `${gateway.baseUrl}/sso/logout`;
    const response = await browser.ask(url, post(url));
    expect(response.status).toBe(303);
    const onward = new URL(response.headers.get('location') ?? '');
    expect(`${onward.origin}${onward.pathname}`).toBe(`${op.issuer}/session/end`);
    expect(onward.searchParams.get('post_logout_redirect_uri')).toBe(`${gateway.baseUrl}/sso/signed-out`);
    expect(onward.searchParams.get('client_id')).toBe('doorward');
    expect(onward.searchParams.get('state')).toMatch(/^[\w-]{22}$/);
    const [, payload = ''] = (onward.searchParams.get('id_token_hint') ?? '').split('.');
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ sub: 'sub-ann' });
    // The browser has not gone there yet, and the session is over already: cookie, store, audit.
    const thief = new CookieBrowser();
    thief.jars.set(new URL(gateway.baseUrl).host, new Map([['doorward', cookie ?? '']]));
    expect(await isIn(thief, gateway)).toBe(false);
    expect((await gateway.events('session.ended')).at(-1)).toMatchObject({ cause: 'logout', provider: 'op' });
  });

  it('ends at the signed-out page, where nothing signs anybody in again', async () => {
    await logIn();
    const url = `${gateway.baseUrl}/sso/logout`;
    const asked = await browser.go(url, post(url));
    expect(asked.url).toContain(`${op.issuer}/session/end`);
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(await asked.response.text())?.[1] ?? '';
    const confirm = `${op.issuer}/session/end/confirm`;
    const back = await browser.go(confirm, post(confirm, { xsrf, logout: 'yes' }));
    expect(new URL(back.url).pathname).toBe('/sso/signed-out');
    expect(back.response.status).toBe(200);
    const page = await back.response.text();
    expect(page).not.toMatch(/http-equiv|<script|<iframe/i);
    expect(back.response.headers.get('refresh')).toBeNull();
    expect(await isIn(browser, gateway)).toBe(false);
    // The provider does not know the browser any more: it asks who it is.
    op.requests.length = 0;
    await logIn();
    expect(op.requests.some((path) => path.startsWith('/interaction/'))).toBe(true);
  });

  it('names the origin of the provider where a sign-out form may lead, and nowhere else', async () => {
    const policy = async (path: string) =>
      (await browser.ask(`${gateway.baseUrl}${path}`)).headers.get('content-security-policy');
    expect(await policy('/sso/logout')).toContain("form-action 'self';");
    await logIn();
    expect(await policy('/sso/logout')).toContain(`form-action 'self' ${op.issuer};`);
    expect(await policy('/sso/me')).toContain(`form-action 'self' ${op.issuer};`);
    expect(await policy('/sso/login')).toContain("form-action 'self';");
  });

  it('writes one event for one session, however often it is repeated', async () => {
    await logIn();
    const before = (await gateway.events('session.ended')).length;
    const url = `${gateway.baseUrl}/sso/logout`;
    const cookies = new Map(browser.jars.get(new URL(url).host));
    const all = await Promise.all(
      Array.from({ length: 5 }, () => {
        const one = new CookieBrowser();
        one.jars.set(new URL(url).host, new Map(cookies));
        return one.ask(url, post(url));
      }),
    );
    expect(all.map(({ status }) => status)).toEqual([303, 303, 303, 303, 303]);
    expect((await gateway.events('session.ended')).length).toBe(before + 1);
  });

  it('writes down the session that a new login in the same browser replaces', async () => {
    await logIn();
    await logIn();
    expect((await gateway.events('session.ended')).at(-1)).toMatchObject({
      cause: 'replaced',
      userId: expect.any(String),
    });
  });
});

describe('back-channel logout from the OpenID provider', () => {
  it('ends the sessions of that sid when the person signs out there, and no other', async () => {
    const other = new CookieBrowser();
    await logIn(browser);
    await logIn(other);
    const end = `${op.issuer}/session/end`;
    const page = await (await browser.ask(end)).text();
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const confirm = `${op.issuer}/session/end/confirm`;
    await browser.go(confirm, post(confirm, { xsrf, logout: 'yes' }));
    expect(await isIn(browser, gateway)).toBe(false);
    expect(await isIn(other, gateway)).toBe(true);
    expect((await gateway.events('session.ended')).at(-1)).toMatchObject({
      cause: 'idp_logout',
      actor: { kind: 'idp', name: 'op' },
      provider: 'op',
    });
  });
});
