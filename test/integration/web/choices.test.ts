import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ProviderConfig } from '../../../src/config/index.ts';
import { testBrand } from '../../support/config-parts.ts';
import { type Site, TestBrowser, startSite } from '../../support/web-site.ts';

let site: Site;
let browser: TestBrowser;

beforeEach(async () => {
  site = await startSite({
    providers: [
      { id: 'entra', domains: ['acme.example'] },
      { id: 'okta', domains: ['partner.example'] },
    ] as unknown as ProviderConfig[],
  });
  browser = new TestBrowser(site.baseUrl);
});
afterEach(() => site.close());

async function page(path: string, headers: Record<string, string> = {}): Promise<string> {
  return (await browser.fetch(path, { headers })).text();
}

function buttons(html: string): string[] {
  return [...html.matchAll(/href="\/sso\/login\/(\w+)/g)].map(([, id]) => id ?? '');
}

describe('the email field', () => {
  const ask = (email: string, rd = '') =>
    browser.fetch('/sso/login', { method: 'POST', body: new URLSearchParams({ email, rd }) });

  it('is only there when some provider has domains', async () => {
    expect(await page('/sso/login')).toContain('type="email"');
    const other = await startSite();
    const html = await (await new TestBrowser(other.baseUrl).fetch('/sso/login?via=okta')).text();
    await other.close();
    expect(html).not.toContain('type="email"');
  });

  it.each(['bob@partner.example', ' Bob@PARTNER.example '])('leads %j to the right button', async (email) => {
    const answer = await ask(email, '/reports');
    const location = answer.headers.get('location') ?? '';
    expect([answer.status, location]).toEqual([303, '/sso/login?via=okta&rd=%2Freports']);
    const html = await page(location);
    expect(buttons(html)).toEqual(['okta', 'entra']);
    expect(html).toContain('People with your address sign in here');
  });

  it('never says whether there is an account: everybody of a domain gets the same', async () => {
    const places = await Promise.all(
      ['ann@acme.example', 'nobody-at-all@acme.example'].map(async (email) =>
        (await ask(email)).headers.get('location'),
      ),
    );
    expect(places).toEqual(['/sso/login?via=entra', '/sso/login?via=entra']);
  });

  it.each(['x@elsewhere.example', 'acme.example', 'a@b@acme.example', '', 'x'.repeat(400)])(
    'says for %.30s that it does not know where to go, and offers all ways',
    async (email) => {
      const location = (await ask(email, '//evil.example')).headers.get('location') ?? '';
      expect(location).toBe('/sso/login?via=');
      const html = await page(location);
      expect(html).toContain('No sign-in is set up for addresses like that');
      expect(buttons(html)).toEqual(['entra', 'okta']);
    },
  );
});

describe('the provider that was used last', () => {
  it('comes first, and its cookie says nothing of the person', async () => {
    const answer = await browser.fetch(`/sso/callback/entra?code=c&state=${await browser.start()}`);
    const line = answer.headers.getSetCookie().find((each) => each.startsWith('doorward-last='));
    expect(line).toMatch(/^doorward-last=entra; Max-Age=15552000; Path=\/sso; .*HttpOnly; SameSite=Lax$/);
    browser.cookies.set('doorward-last', 'okta');
    const html = await page('/sso/login');
    expect(buttons(html)).toEqual(['okta', 'entra']);
    expect(html.match(/Last used/g)).toHaveLength(1);
  });

  it('is not believed when it is none of ours', async () => {
    browser.cookies.set('doorward-last', 'nobody');
    expect(buttons(await page('/sso/login'))).toEqual(['entra', 'okta']);
  });

  it('is not remembered when nobody came in', async () => {
    site.entra.answer = { refused: 'idp_denied', idpMessage: 'access_denied' };
    await browser.login();
    expect(browser.cookies.has('doorward-last')).toBe(false);
  });
});

describe('the language menu', () => {
  it('keeps the page and its way back, and the choice afterwards', async () => {
    const html = await page('/sso/login?rd=%2Freports&lang=nonsense');
    expect(html).toContain('href="/sso/login?rd=%2Freports&amp;lang=de"');
    const answer = await browser.fetch('/sso/login?rd=%2Freports&lang=ar');
    expect(answer.headers.get('content-language')).toBe('ar');
    expect(answer.headers.getSetCookie().join()).toMatch(/^doorward-lang=ar; .*Path=\/sso/);
    expect(await answer.text()).toContain('<html lang="ar" dir="rtl">');
    expect(await page('/sso/signed-out', { 'accept-language': 'de' })).toContain(
      '<html lang="ar" dir="rtl">',
    );
  });

  it('goes by the browser until somebody chooses', async () => {
    expect(await page('/sso/login', { 'accept-language': 'ja,en;q=0.5' })).toContain('サインイン');
    expect(browser.cookies.has('doorward-lang')).toBe(false);
  });

  it('does not sign out when used on the page that asks about it', async () => {
    await browser.login();
    const click = {
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      'sec-fetch-user': '?1',
    };
    expect(await page('/sso/logout?lang=fr', click)).toContain('Se déconnecter ?');
    expect((await browser.fetch('/sso/me')).status).toBe(200);
  });

  it('is not on a page that must not be asked for again', async () => {
    site.entra.answer = { refused: 'idp_denied', idpMessage: 'access_denied' };
    const html = await (await browser.login()).text();
    expect(html).toContain('The sign-in was not completed');
    expect(html).not.toContain('lang=de');
  });
});

describe('a brand of your own', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'doorward-views-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  async function branded(brand: Partial<ReturnType<typeof testBrand>>): Promise<void> {
    await site.close();
    site = await startSite({ brand: { ...testBrand('Acme'), ...brand } });
    browser = new TestBrowser(site.baseUrl);
  }

  it('brings its colours in our style sheet, its logo and its links', async () => {
    const logo = join(dir, 'door.png');
    writeFileSync(logo, 'png');
    await branded({
      logo,
      colors: { accent: '#7a1fa2', accentDark: '#ce93d8' },
      links: [{ label: 'Imprint', url: '/imprint' }],
    });
    const html = await page('/sso/login');
    expect(html).toContain('<a href="/imprint">Imprint</a>');
    const [, css = ''] = /rel="stylesheet" href="([^"]+)"/.exec(html) ?? [];
    const [, image = ''] = /<img src="([^"]+)"/.exec(html) ?? [];
    expect(await page(css)).toContain(':root{--accent:#7a1fa2;--accent-deep:#5c177a}');
    const answer = await browser.fetch(image);
    expect([answer.headers.get('content-type'), await answer.text()]).toEqual(['image/png', 'png']);
  });

  it('may bring templates; what it lacks is ours', async () => {
    writeFileSync(
      join(dir, 'signed-out.eta'),
      "<% layout('./layout', { ...it, title: 'x' }) %>Goodbye from <%= it.brand %>",
    );
    await branded({ templates: dir });
    const html = await page('/sso/signed-out');
    expect(html).toContain('Goodbye from Acme');
    expect(html).toContain('Protected by Doorward');
    expect(await page('/sso/login')).toContain('Sign in to Acme');
  });

  it('cannot break a page: a template with a mistake is told, and ours is shown', async () => {
    writeFileSync(join(dir, 'layout.eta'), '<%= it.nothing.at.all %>');
    await branded({ templates: dir });
    expect(await page('/sso/signed-out')).toContain('You are signed out');
  });
});
