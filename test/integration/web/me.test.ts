import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Site, TestBrowser, ann, startSite } from '../../support/web-site.ts';

let site: Site;
let laptop: TestBrowser;
let phone: TestBrowser;

const agents = {
  laptop: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  phone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
};

beforeEach(async () => {
  site = await startSite();
  [laptop, phone] = [new TestBrowser(site.baseUrl), new TestBrowser(site.baseUrl)];
  for (const [browser, agent] of [
    [laptop, agents.laptop],
    [phone, agents.phone],
  ] as const) {
    const state = await browser.start();
    await browser.fetch(`/sso/callback/entra?code=c&state=${state}`, { headers: { 'user-agent': agent } });
  }
});
afterEach(() => site.close());

async function page(browser: TestBrowser): Promise<string> {
  return (await browser.fetch('/sso/me')).text();
}

function hidden(html: string): string {
  return /name="token" value="([^"]+)"/.exec(html)?.[1] ?? '';
}

function end(browser: TestBrowser, form: Record<string, string>, headers: Record<string, string> = {}) {
  return browser.fetch('/sso/me/sessions', {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { origin: site.baseUrl, ...headers },
  });
}

describe('my own page', () => {
  it('tells where I am signed in, each device in plain words and no address', async () => {
    const html = await page(laptop);
    expect(html).toContain('Firefox on Linux');
    expect(html).toContain('Safari on iPhone');
    expect(html.match(/this one/g)).toHaveLength(1);
    expect(html.match(/This very computer/g)).toHaveLength(2);
    expect(html).not.toContain('127.0.0.1<');
  });

  it('tells where each group comes from, once for each group', async () => {
    site.state.memberships = [
      { group: 'engineers', source: { kind: 'local' } },
      { group: 'engineers', source: { kind: 'scim', provider: 'okta' } },
      { group: 'stewards', source: { kind: 'login', provider: 'entra' } },
    ];
    const html = await page(laptop);
    expect(html.match(/<bdi>engineers<\/bdi>/g)).toHaveLength(1);
    expect(html).toContain('given by an administrator · from Okta');
    expect(html).toContain('from signing in with Microsoft');
  });

  it('ends one other session, and only that', async () => {
    const html = await page(laptop);
    const [, ref = ''] = /name="session" value="([^"]+)"/.exec(html) ?? [];
    const answer = await end(laptop, { token: hidden(html), session: ref });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sso/me?ended=one']);
    expect((await phone.fetch('/sso/me')).status).toBe(303);
    expect((await laptop.fetch('/sso/me')).status).toBe(200);
    expect(site.events.at(-1)).toMatchObject({
      type: 'session.ended',
      cause: 'revoked',
      actor: { kind: 'person', name: ann.id },
      sessionRef: ref,
    });
  });

  it('ends all others at once', async () => {
    await end(laptop, { token: hidden(await page(laptop)), others: 'all' });
    expect((await phone.fetch('/sso/me')).status).toBe(303);
    expect(await page(laptop)).not.toContain('Sign out there');
  });

  it.each([
    ['no token', { session: 'x' }, {}],
    ['the token of another session', 'phone', {}],
    ['a foreign origin', 'own', { origin: 'https://evil.example' }],
  ] as const)('changes nothing for a form with %s', async (_what, form, headers) => {
    const token = hidden(await page(form === 'phone' ? phone : laptop));
    const body = typeof form === 'string' ? { token, others: 'all' } : { others: 'all' };
    expect((await end(laptop, body, headers)).status).toBe(403);
    expect((await phone.fetch('/sso/me')).status).toBe(200);
  });

  it('gives me all that is kept of me, and nothing secret', async () => {
    const answer = await laptop.fetch('/sso/me/data');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="my-data.json"');
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({
      profile: { id: ann.id, userName: 'ann@acme.example' },
      groups: [{ name: 'engineers', source: 'login:entra' }],
      sessions: [{ provider: 'entra' }, { provider: 'entra' }],
    });
    expect(JSON.parse(text).history.length).toBeGreaterThan(0);
    expect(text).not.toContain('secret-id-token');
  });

  it('and my data are only for people who are signed in', async () => {
    const nobody = new TestBrowser(site.baseUrl);
    for (const path of ['/sso/me', '/sso/me/data']) {
      expect((await nobody.fetch(path)).headers.get('location')).toBe('/sso/login?rd=%2Fsso%2Fme');
    }
    expect((await end(nobody, { others: 'all' })).status).toBe(303);
  });
});
