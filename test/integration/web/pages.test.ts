import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { testBrand } from '../../support/config-parts.ts';
import { type Site, TestBrowser, startSite } from '../../support/web-site.ts';

let site: Site;
let browser: TestBrowser;

beforeEach(async () => {
  site = await startSite();
  browser = new TestBrowser(site.baseUrl);
});
afterEach(() => site.close());

const paths = ['/sso/login', '/sso/logout', '/sso/signed-out', '/sso/nothing', '/sso/login/nobody'];

describe('every page', () => {
  it.each(paths)(
    '%s may load nothing but our own styles and images, and be framed by nobody',
    async (path) => {
      const { headers } = await browser.fetch(path);
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none';style-src 'self';img-src 'self';form-action 'self';frame-ancestors 'none';base-uri 'none'",
      );
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(headers.get('content-language')).toBe('en');
      expect(headers.has('x-powered-by')).toBe(false);
      expect(headers.has('strict-transport-security')).toBe(false);
      expect(headers.getSetCookie()).toEqual([]);
    },
  );

  it.each(paths)('%s has no script, no inline style and nothing from elsewhere', async (path) => {
    const page = await (await browser.fetch(path)).text();
    expect(page).not.toMatch(/<script|<style|\sstyle=|\son\w+=|(?:src|href|action)="(?:https?:)?\/\//i);
    expect(page.length).toBeLessThan(8000);
  });

  it.each(paths)('%s answers HEAD as it answers GET, without the body', async (path) => {
    const get = await browser.fetch(path);
    const head = await browser.fetch(path, { method: 'HEAD' });
    expect(head.status).toBe(get.status);
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
    expect(await head.text()).toBe('');
  });

  it('with its styles and logo weighs less than 30 kB', async () => {
    const page = await (await browser.fetch('/sso/login')).text();
    const assets = [...page.matchAll(/(?:src|href)="(\/sso\/static\/[^"]+)"/g)].map(
      (match) => match[1] ?? '',
    );
    expect(assets.length).toBeGreaterThanOrEqual(2);
    const sizes = await Promise.all(
      [...new Set(assets)].map(
        async (asset) => (await (await browser.fetch(asset)).arrayBuffer()).byteLength,
      ),
    );
    expect(page.length + sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(30_000);
  });
});

describe('the same error', () => {
  it.each([
    [
      'a person',
      { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'sec-fetch-dest': 'document' },
      'text/html',
    ],
    ['curl', { accept: '*/*' }, 'application/json'],
    ['a program', { accept: 'application/json' }, 'application/json'],
    ['a fetch from a page', { accept: 'text/html', 'sec-fetch-dest': 'empty' }, 'application/json'],
    ['an old script', { accept: 'text/html', 'x-requested-with': 'XMLHttpRequest' }, 'application/json'],
  ])('is shown to %s in their own form', async (_who, headers, type) => {
    const response = await browser.fetch('/sso/nothing', { headers });
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toContain(type);
    if (type === 'application/json') {
      expect(await response.json()).toEqual({
        error: {
          code: 'not_found',
          message: 'There is nothing here.',
          reference: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{10}$/),
        },
      });
    }
  });
});

describe('what people and providers are called', () => {
  const nasty = `"><img src=x onerror=alert(1)>'\`{{7*7}}<%= 1 %>`;

  it('is only text on a page', async () => {
    await site.close();
    site = await startSite({ brand: testBrand(nasty), contact: `javascript:alert(1)//${nasty}` });
    browser = new TestBrowser(site.baseUrl);
    site.state.displayName = nasty;
    site.state.groups = [nasty];
    site.entra.answer = { asserted: { userName: nasty } };
    await browser.login();
    const pages = [
      await browser.fetch('/sso/me'),
      await browser.fetch(`/sso/login?rd=${encodeURIComponent(`/${nasty}`)}`),
      await browser.fetch(`/sso/login/${encodeURIComponent(nasty)}`),
    ];
    site.state.outcome = { kind: 'refused', reason: 'required_group', user: undefined };
    pages.push(await browser.login());
    for (const page of await Promise.all(pages.map((response) => response.text()))) {
      expect(page).not.toContain('<img src=x');
      expect(page).not.toContain('href="javascript:');
      expect(page).not.toContain('{{7*7}}<%= 1 %>'.replace('<%= 1 %>', '1'));
    }
  });
});

describe('the login page', () => {
  it('has one button a provider, in order, and keeps the way back', async () => {
    const page = await (await browser.fetch('/sso/login?rd=%2Freports%2F42%3Fa%3Db')).text();
    const buttons = [...page.matchAll(/href="(\/sso\/login\/[^"]+)"/g)].map((match) => match[1]);
    expect(buttons).toEqual([
      '/sso/login/entra?rd=%2Freports%2F42%3Fa%3Db',
      '/sso/login/okta?rd=%2Freports%2F42%3Fa%3Db',
    ]);
    expect(page).toContain('/reports/42?a=b');
  });

  it('says which provider does not answer, and lets people try it all the same', async () => {
    site.okta.health = 'down';
    const page = await (await browser.fetch('/sso/login')).text();
    expect(page.match(/Did not answer/g)).toHaveLength(1);
    expect(page).toContain('href="/sso/login/okta"');
  });

  it('offers somebody who is signed in to go on', async () => {
    await browser.login();
    const page = await (await browser.fetch('/sso/login?rd=/x')).text();
    expect(page).toContain('Continue as');
    expect(page).toContain('href="/x"');
    expect(page).toContain('href="/sso/login/entra?account=other&amp;rd=%2Fx"');
  });

  it('is there while the gate cannot answer', async () => {
    site.state.gateUnavailable = true;
    expect((await browser.fetch('/sso/login')).status).toBe(200);
  });
});

describe('who am I', () => {
  it('is 401 for a program and the login page for a person who is not signed in', async () => {
    expect((await browser.fetch('/sso/session', { headers: { accept: 'application/json' } })).status).toBe(
      401,
    );
    const response = await browser.fetch('/sso/me');
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/sso/login?rd=%2Fsso%2Fme');
  });

  it('is 503 when it cannot be found out', async () => {
    await browser.login();
    site.state.gateUnavailable = true;
    for (const path of ['/sso/session', '/sso/me']) {
      const response = await browser.fetch(path);
      expect(response.status).toBe(503);
      expect(response.headers.has('retry-after')).toBe(true);
    }
  });

  it('is a page with the groups as they are now', async () => {
    await browser.login();
    site.state.groups = ['Łukasz & friends', 'a,b'];
    const page = await (await browser.fetch('/sso/me')).text();
    expect(page).toContain('Łukasz &amp; friends');
    expect(page).toContain('<bdi>a,b</bdi>');
  });

  it('is 401, and the refusal page, for somebody who has been disabled', async () => {
    await browser.login();
    site.state.standing = { disabledAt: 1 };
    expect((await browser.fetch('/sso/session')).status).toBe(401);
    const page = await browser.fetch('/sso/me');
    expect(page.status).toBe(403);
    expect(await page.text()).toContain('switched off');
  });
});

describe('signing out', () => {
  const post = (headers: Record<string, string>) => browser.fetch('/sso/logout', { method: 'POST', headers });

  it('ends the session, takes the cookie away, and is written down', async () => {
    await browser.login();
    const cookie = browser.cookies.get('doorward') ?? '';
    const response = await post({ origin: site.baseUrl, 'sec-fetch-site': 'same-origin' });
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/sso/signed-out');
    expect(browser.cookies.has('doorward')).toBe(false);
    browser.cookies.set('doorward', cookie);
    expect((await browser.fetch('/sso/session')).status).toBe(401);
    expect(site.events.at(-1)).toMatchObject({ type: 'session.ended', cause: 'logout', provider: 'entra' });
  });

  it.each([
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['a page without an origin', { origin: 'null' }],
    ['another site that hides its origin', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling site', { 'sec-fetch-site': 'same-site' }],
  ])('is not done for %s', async (_who, headers) => {
    await browser.login();
    const response = await post(headers);
    expect(response.status).toBe(403);
    expect((await browser.fetch('/sso/session')).status).toBe(200);
  });

  it('asks first when it came as a link from elsewhere', async () => {
    await browser.login();
    for (const headers of [
      {},
      {
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
        'sec-fetch-user': '?1',
      },
      { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    ]) {
      const response = await browser.fetch('/sso/logout', { headers });
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('<form class="stack" method="post" action="/sso/logout">');
    }
    expect((await browser.fetch('/sso/session')).status).toBe(200);
  });

  it('is done at once for a click on a link of our own origin', async () => {
    await browser.login();
    const cookie = `doorward=${browser.cookies.get('doorward')}`;
    // Not by fetch, which writes its own Sec-Fetch-Mode.
    const location = await new Promise((resolve, reject) => {
      const headers = {
        cookie,
        accept: 'text/html',
        'sec-fetch-site': 'same-origin',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
        'sec-fetch-user': '?1',
      };
      request(`${site.baseUrl}/sso/logout`, { headers }, (response) =>
        resolve(response.resume().headers.location),
      )
        .on('error', reject)
        .end();
    });
    expect(location).toBe('/sso/signed-out');
    expect((await browser.fetch('/sso/session')).status).toBe(401);
  });

  it('does no harm to somebody who is not signed in', async () => {
    expect((await post({ origin: site.baseUrl })).headers.get('location')).toBe('/sso/signed-out');
    expect(site.events).toEqual([]);
  });
});

describe('what is not asked properly', () => {
  const acs = (init: RequestInit) => browser.fetch('/sso/acs/okta', { method: 'POST', ...init });

  it('is told which methods there are', async () => {
    const login = await browser.fetch('/sso/login', { method: 'DELETE' });
    expect([login.status, login.headers.get('allow')]).toEqual([405, 'GET, POST, HEAD']);
    const answer = await browser.fetch('/sso/acs/okta');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('does not spend a login by HEAD, as a scanner of links would', async () => {
    const state = await browser.start();
    expect(
      (await browser.fetch(`/sso/callback/entra?code=c&state=${state}`, { method: 'HEAD' })).status,
    ).toBe(405);
    expect((await browser.answer(state)).status).toBe(303);
  });

  it.each([
    ['JSON', { body: '{"SAMLResponse":"x"}', headers: { 'content-type': 'application/json' } }, 415],
    ['nothing', {}, 415],
    ['two responses', { body: new URLSearchParams('SAMLResponse=a&SAMLResponse=b') }, 400],
    ['no response', { body: new URLSearchParams('RelayState=a') }, 400],
    ['2 MB', { body: new URLSearchParams({ SAMLResponse: 'A'.repeat(2_000_000) }) }, 413],
    [
      'a thousand fields',
      { body: new URLSearchParams(Array.from({ length: 1000 }, (_, i) => [`f${i}`, '1'])) },
      413,
    ],
  ])('%s at the ACS is no answer of an identity provider', async (_what, init, status) => {
    expect((await acs(init)).status).toBe(status);
    expect(site.events).toEqual([expect.objectContaining({ type: 'login.failed', provider: 'okta' })]);
  });

  it('finds no provider that is not there, nor one of the other protocol', async () => {
    for (const path of [
      '/sso/login/nobody',
      '/sso/login/__proto__',
      '/sso/callback/okta',
      '/sso/metadata/entra',
    ]) {
      expect((await browser.fetch(path)).status).toBe(404);
    }
    expect(
      (await browser.fetch('/sso/acs/entra', { method: 'POST', body: new URLSearchParams('SAMLResponse=a') }))
        .status,
    ).toBe(404);
  });

  it.each([
    '/sso/login/%ff',
    '/sso/static/..%2fen.json',
    '/sso/static/%2e%2e/layout.eta',
    '/sso/static/',
    '/sso/',
  ])('%s is an error of the client, not ours', async (path) => {
    const status = await new Promise((resolve, reject) => {
      request(site.baseUrl, { path }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect([400, 404]).toContain(status);
  });
});

describe('metadata', () => {
  it('is XML', async () => {
    const response = await browser.fetch('/sso/metadata/okta');
    expect(response.headers.get('content-type')).toContain('application/samlmetadata+xml');
    expect(await response.text()).toBe('<EntityDescriptor/>');
  });
});

describe('styles and logo', () => {
  it('may be kept for good under the address that names their content, and are asked for again otherwise', async () => {
    const page = await (await browser.fetch('/sso/login')).text();
    const css = /href="(\/sso\/static\/doorward\.css\?v=[^"]+)"/.exec(page)?.[1] ?? '';
    const kept = await browser.fetch(css);
    expect(kept.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(kept.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const plain = await browser.fetch('/sso/static/doorward.css?v=old');
    expect(plain.headers.get('cache-control')).toBe('public, no-cache');
    const again = await browser.fetch('/sso/static/doorward.css', {
      headers: { 'if-none-match': plain.headers.get('etag') ?? '', 'cache-control': 'max-age=0' },
    });
    expect(again.status).toBe(304);
  });
});

describe('too many attempts', () => {
  it('from one address are told to wait, and are not written down', async () => {
    await site.close();
    site = await startSite({
      login: { timeout: 600_000, maxPerMinutePerAddress: 3, maxPerMinutePerProvider: 100 },
    });
    browser = new TestBrowser(site.baseUrl);
    for (let attempt = 0; attempt < 3; attempt += 1) await browser.start();
    const response = await browser.fetch('/sso/login/okta', {
      headers: { 'x-forwarded-for': '203.0.113.9' },
    });
    expect(response.status).toBe(429);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(response.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(site.events).toEqual([]);
    expect((await browser.fetch('/sso/login')).status).toBe(200);
  });

  it('of one provider leave the other one open', async () => {
    await site.close();
    site = await startSite({
      login: { timeout: 600_000, maxPerMinutePerAddress: 100, maxPerMinutePerProvider: 2 },
    });
    browser = new TestBrowser(site.baseUrl);
    for (let attempt = 0; attempt < 2; attempt += 1) await browser.start();
    expect((await browser.fetch('/sso/login/entra')).status).toBe(429);
    expect((await browser.fetch('/sso/login/okta')).status).toBe(302);
  });

  it('are counted by the client behind a trusted proxy', async () => {
    await site.close();
    site = await startSite({
      trustedProxies: ['127.0.0.1'],
      login: { timeout: 600_000, maxPerMinutePerAddress: 1, maxPerMinutePerProvider: 100 },
    });
    browser = new TestBrowser(site.baseUrl);
    const from = async (address: string) =>
      (await browser.fetch('/sso/login/entra', { headers: { 'x-forwarded-for': address } })).status;
    expect([await from('203.0.113.1'), await from('203.0.113.2'), await from('203.0.113.1')]).toEqual([
      302, 302, 429,
    ]);
  });
});

describe('on https', () => {
  it('cookies are for this host only, and browsers are told to stay on https', async () => {
    await site.close();
    site = await startSite({ baseUrl: 'https://login.acme.example' });
    const response = await fetch(`http://127.0.0.1:${site.port}/sso/login/entra`, { redirect: 'manual' });
    const cookies = response.headers.getSetCookie();
    expect(cookies[0]).toMatch(
      /^__Host-doorward-login=[\w-]{43}; Max-Age=\d+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=None$/,
    );
    expect(response.headers.get('strict-transport-security')).toBe('max-age=31536000');
  });
});
