import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startGateway, type Gateway } from '../../support/gateway.ts';
import { listening, stopped } from '../../support/http-exchange.ts';
import { NavigatingBrowser } from '../../support/navigating-browser.ts';
import { annAccount, startOp, type Op } from '../../support/op.ts';
import { oidcConfig } from '../../support/oidc-rp.ts';
import { freePort } from '../../support/redis.ts';

let op: Op;
let gateway: Gateway;
let application: Awaited<ReturnType<typeof listening>>;
let port: number;

beforeAll(async () => {
  const opPort = await freePort();
  port = await freePort();
  application = await listening((req, res) => res.end(String(req.headers['x-auth-request-email'])));
  gateway = await startGateway({
    providers: () => [oidcConfig({ issuer: `http://127.0.0.1:${opPort}` })],
    config: {
      baseUrl: `http://sso.acme.localhost:${port}`,
      listen: { host: '127.0.0.1', port, socket: undefined },
      session: { idle: 3_600_000, absolute: 3_600_000, cookieDomain: 'acme.localhost' },
      upstreams: [{ host: undefined, path: '/', url: `http://127.0.0.1:${application.port}` }],
    },
  });
  op = await startOp(`${gateway.config.baseUrl}/sso/callback/op`, {
    port: opPort,
    accounts: { 'sub-ann': annAccount },
  });
});
afterAll(async () => {
  await gateway.close();
  await Promise.all([op.close(), stopped(application.server)]);
});

describe('one cookie for a domain', () => {
  it('lets in at every sub-domain after one sign-in, with the way back to where it began, and out everywhere at once', async () => {
    const catalog = `http://catalog.acme.localhost:${port}`;
    const browser = new NavigatingBrowser();
    const stopped = await browser.go(
      `${catalog}/tables?q=1`,
      {},
      (url) => new URL(url).pathname === '/sso/login',
    );
    const rd = new URL(stopped.url).searchParams.get('rd') ?? '';
    expect(rd).toBe(`${catalog}/tables?q=1`);

    let setCookie = '';
    const login = `${gateway.config.baseUrl}/sso/login/op?rd=${encodeURIComponent(rd)}`;
    const back = await browser.go(login, {}, (url) => url.startsWith(catalog));
    expect(back.url).toBe(rd);
    setCookie = back.response.headers.getSetCookie().find((line) => line.startsWith('doorward=')) ?? '';
    expect(setCookie).toMatch(/; Domain=acme\.localhost;/i);

    // What a browser does with such a cookie: it goes to every host of the domain.
    const cookie = setCookie.split(';', 1)[0] ?? '';
    const at = (host: string): Promise<Response> =>
      new NavigatingBrowser().ask(`http://${host}:${port}/tables`, { headers: { cookie } });
    for (const host of ['catalog.acme.localhost', 'lake.acme.localhost', 'sso.acme.localhost']) {
      expect(await (await at(host)).text()).toBe('ann@acme.example');
    }
    const url = `${gateway.config.baseUrl}/sso/logout`;
    await browser.ask(url, { method: 'POST', headers: { origin: gateway.config.baseUrl } });
    expect((await at('lake.acme.localhost')).status).toBe(302);
  });
});
