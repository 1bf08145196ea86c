import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { ProviderConfig } from '../../src/config/index.ts';
import { Failure, type FailureCode, refusalReasons } from '../../src/identity/index.ts';
import { launchBrowser } from '../support/browser.ts';
import { findings, visit, type WithPage } from '../support/page-checks.ts';
import { type Site, ann, startSite } from '../support/web-site.ts';

const admitted = {
  kind: 'admitted',
  user: ann,
  created: false,
  added: [],
  removed: [],
  groupsCreated: [],
} as const;

let site: Site;
let browser: Browser;

beforeAll(async () => {
  site = await startSite({
    providers: [{ id: 'okta', domains: ['partner.example'] }] as unknown as ProviderConfig[],
  });
  // A provider that remembers everybody: it sends the browser straight back.
  site.entra.endpoint = `${site.baseUrl}/sso/callback/entra?code=c`;
  site.okta.health = 'down';
  site.state.groups = ['engineers', 'a,b', 'A group with a rather long name that has to go somewhere'];
  browser = await launchBrowser();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await site?.close();
});
beforeEach(() => {
  site.state.outcome = admitted;
  site.entra.startFails = undefined;
});

const withPage: WithPage = (options, use) => visit(browser, site.baseUrl, options, use);

/** Every page there is, one after the other. */
async function everyPage(page: Page, look: () => Promise<void>): Promise<void> {
  const failing: readonly FailureCode[] = [
    'idp_unavailable',
    'login_rejected',
    'redirect_loop',
    'store_unavailable',
  ];
  for (const path of [
    '/sso/login',
    '/sso/login?rd=/a/rather/long/way/back/that/has/to/be/broken/somewhere/to/fit',
    '/sso/login?via=okta',
    '/sso/login?via=',
    '/sso/signed-out',
    '/sso/logout',
    '/sso/nothing',
  ]) {
    await page.goto(path);
    await look();
  }
  for (const reason of refusalReasons) {
    site.state.outcome = { kind: 'refused', reason, user: undefined };
    await page.goto('/sso/login/entra?rd=/x');
    await look();
  }
  for (const code of failing) {
    site.entra.startFails = new Failure(code);
    await page.goto('/sso/login/entra');
    await look();
  }
  site.entra.startFails = undefined;
  site.state.outcome = admitted;
  await page.goto('/sso/login/entra?rd=/sso/me');
  expect(new URL(page.url()).pathname).toBe('/sso/me');
  await look();
  await page.goto('/sso/login');
  await look();
}

describe('every page is open to everybody (axe finds nothing)', () => {
  const phone = { viewport: { width: 360, height: 740 } };
  it.each<[string, BrowserContextOptions]>([
    ['in light colours', { colorScheme: 'light' }],
    ['in dark colours on a phone', { colorScheme: 'dark', ...phone }],
    ['in Arabic', { locale: 'ar' }],
    ['in Japanese on a phone', { locale: 'ja', ...phone }],
  ])(
    '%s',
    (_how, options) =>
      withPage(options, async (page) => {
        const found: string[] = [];
        await everyPage(page, async () => {
          found.push(...(await findings(page)));
        });
        expect(found).toEqual([]);
      }),
    60_000,
  );

  it('written from right to left, and at 200 % text on a phone', () =>
    withPage(phone, async (page) => {
      await page.goto('/sso/login?rd=/reports&lang=ar');
      expect(await page.evaluate('document.documentElement.dir')).toBe('rtl');
      const [mark, text] = await Promise.all(
        ['.mark', '.mark + span'].map((selector) => page.locator(selector).first().boundingBox()),
      );
      expect(mark?.x).toBeGreaterThan(text?.x ?? Infinity);
      expect(await findings(page)).toEqual([]);
      await page.goto('/sso/login?rd=/reports');
      const session = await page.context().newCDPSession(page);
      await session.send('Emulation.setDeviceMetricsOverride', {
        width: 180,
        height: 370,
        deviceScaleFactor: 2,
        mobile: false,
      });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(180);
    }));
});

describe('a person', () => {
  it('signs in and out without JavaScript', () =>
    withPage({ javaScriptEnabled: false }, async (page) => {
      await page.goto('/sso/login?rd=/sso/me');
      await page.getByRole('link', { name: 'Sign in with Microsoft' }).click();
      await page.waitForURL('**/sso/me');
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Hello, Ann Example');
      await page.getByRole('button', { name: 'Sign out', exact: true }).click();
      await page.waitForURL('**/sso/signed-out');
      expect((await page.context().cookies()).map(({ name }) => name)).not.toContain('doorward');
      await page.goto('/sso/me');
      expect(new URL(page.url()).pathname).toBe('/sso/login');
    }));

  it('signs in with the keyboard alone, and sees where they are', () =>
    withPage({}, async (page) => {
      await page.goto('/sso/login?rd=/sso/me');
      for (let tabs = 0; tabs < 3; tabs += 1) await page.keyboard.press('Tab');
      const focused = page.locator(':focus');
      expect(await focused.textContent()).toContain('Sign in with Microsoft');
      expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/sso/me');
    }));

  it('types an address and gets the right button, without JavaScript', () =>
    withPage({ javaScriptEnabled: false }, async (page) => {
      await page.goto('/sso/login?rd=/sso/me');
      await page.getByLabel('Your email address at work').fill('bob@partner.example');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/sso/login?via=okta**');
      expect(await page.locator('.provider').first().textContent()).toContain('Sign in with Okta');
    }));

  it('chooses a language, and keeps it', () =>
    withPage({}, async (page) => {
      await page.goto('/sso/login?rd=/reports');
      await page.getByRole('link', { name: 'Deutsch' }).click();
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Bei Acme Catalog anmelden');
      await page.goto('/sso/signed-out');
      expect(await page.evaluate('document.documentElement.lang')).toBe('de');
    }));

  it('ends the session on another device, from their own page', () =>
    withPage({ javaScriptEnabled: false }, (page) =>
      withPage({ javaScriptEnabled: false }, async (other) => {
        for (const each of [page, other]) await each.goto('/sso/login/entra?rd=/sso/me');
        await page.reload();
        await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
        await page.getByText('All your other sessions have ended.').waitFor();
        await other.reload();
        expect(new URL(other.url()).pathname).toBe('/sso/login');
      }),
    ));

  it('finds every control large enough for a finger', () =>
    withPage({ viewport: { width: 360, height: 740 } }, async (page) => {
      await page.goto('/sso/login');
      for (const button of await page.locator('.button').all()) {
        expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
      }
    }));

  it('who is refused can try again, also with another account', () =>
    withPage({}, async (page) => {
      site.state.outcome = { kind: 'refused', reason: 'email_domain', user: undefined };
      await page.goto('/sso/login/entra?rd=/sso/me');
      expect(await page.getByText('ann@acme.example').count()).toBe(1);
      site.state.outcome = admitted;
      await page.getByRole('link', { name: 'Use another account' }).click();
      await page.waitForURL('**/sso/me');
      expect(site.entra.starts.at(-1)).toMatchObject({ otherAccount: true, returnTo: '/sso/me' });
    }));
});
