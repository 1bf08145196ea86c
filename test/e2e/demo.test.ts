import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { doorward } from '../../demo/gateway.ts';
import { launchBrowser } from '../support/browser.ts';
import { freeDemoPort, startDemo, type RunningDemo } from '../support/demo.ts';

const pictures = fileURLToPath(new URL('../../test-results/demo/', import.meta.url));
const deepLink = '/datasets/orders?tab=lineage';

type Provider = 'Microsoft' | 'Okta';

let state: string;
let demo: RunningDemo;
let browser: Browser;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  state = mkdtempSync(join(tmpdir(), 'doorward-demo-e2e-'));
  [demo, browser] = await Promise.all([
    freeDemoPort().then((port) => startDemo({ port, state })),
    launchBrowser(),
  ]);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await demo?.interrupt();
  rmSync(state, { recursive: true, force: true });
}, 30_000);

/** A page in a fresh browser profile. */
async function withPage(use: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ baseURL: demo.baseUrl });
  try {
    const page = await context.newPage();
    await use(page);
  } catch (error) {
    await context.pages()[0]?.screenshot({ path: join(pictures, 'failed.png') });
    throw error;
  } finally {
    await context.close();
  }
}

/** Presses the provider's button on the page that is shown, and fills in what the identity provider asks for. */
async function signIn(page: Page, provider: Provider, userName: string): Promise<void> {
  await page.getByText(`Sign in with ${provider}`).click();
  await page.getByLabel('User name').fill(userName);
  await page.getByLabel('Password').fill('doorward');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

describe('the demo in a browser', () => {
  it.each(['Microsoft', 'Okta'] as const)(
    'brings a person who signs in with %s back to the very page they asked for',
    (provider) =>
      withPage(async (page) => {
        await page.goto(deepLink);
        await picture(page, 'login');
        await page.getByText(`Sign in with ${provider}`).click();
        await page.getByLabel('Password').waitFor();
        await picture(page, `idp-${provider.toLowerCase()}`);
        await page.goBack();
        await signIn(page, provider, 'ana');
        await page.waitForURL(`**${deepLink}`);
        expect(new URL(page.url()).origin).toBe(demo.baseUrl);
        expect(await page.locator('#who').textContent()).toBe('Ana Silva');
        expect(await page.locator('h1').textContent()).toBe('Orders');
        await picture(page, `deep-link-${provider.toLowerCase()}`);
      }),
    60_000,
  );

  it.each(['Microsoft', 'Okta'] as const)(
    'shows the application Łukasz Müller and the group "a,b" as they are, from %s',
    (provider) =>
      withPage(async (page) => {
        await page.goto('/whoami');
        await signIn(page, provider, 'lukasz');
        await page.waitForURL('**/whoami');
        const row = (header: string) => page.locator('tr', { has: page.getByText(header, { exact: true }) });
        expect(await row('x-auth-request-name').locator('td').first().textContent()).toBe('Łukasz Müller');
        const groups = row('x-auth-request-groups');
        expect(await groups.locator('td').first().textContent()).toBe('a%2Cb,engineers');
        expect(await groups.locator('.chip').allTextContents()).toEqual(['a,b', 'engineers']);
        await picture(page, `whoami-${provider.toLowerCase()}`);
      }),
    60_000,
  );

  it(
    'signs a person out, for good',
    () =>
      withPage(async (page) => {
        await page.goto('/');
        await signIn(page, 'Okta', 'ana');
        await page.getByText('Sign out').click();
        await page.waitForURL('**/sso/signed-out');
        await picture(page, 'signed-out');
        await page.goto(deepLink);
        expect(new URL(page.url()).pathname).toBe('/sso/login');
      }),
    60_000,
  );

  const refused: readonly (readonly [what: string, provider: Provider, userName: string, said: RegExp])[] = [
    ['an account that is switched off at Microsoft', 'Microsoft', 'dan', /switched off/i],
    ['an account that is switched off at Okta', 'Okta', 'dan', /switched off/i],
    ['a user who was disabled here, from Microsoft', 'Microsoft', 'eva', /disabled|switched off/i],
    ['a user who was disabled here, from Okta', 'Okta', 'eva', /disabled|switched off/i],
    ['an address of another domain', 'Microsoft', 'gita', /address|domain/i],
    ['an address that nobody vouches for', 'Microsoft', 'hugo', /address|confirmed|verified/i],
    ['somebody in none of the required groups', 'Okta', 'gita', /group/i],
    ['somebody without a groups claim where it is required', 'Okta', 'chloe', /group/i],
  ];

  it.each(refused)(
    'refuses %s, with a page that says why and a reference that the audit log knows',
    (what, provider, userName, said) =>
      withPage(async (page) => {
        await page.goto(deepLink);
        await page.getByText(`Sign in with ${provider}`).click();
        await page.getByLabel('User name').fill(userName);
        await page.getByLabel('Password').fill('doorward');
        const answered = page.waitForResponse((response) => response.status() === 403);
        await page.getByRole('button', { name: 'Sign in', exact: true }).click();
        await answered;
        await page.waitForLoadState();
        const text = await page.locator('main').innerText();
        expect(text).toMatch(said);
        expect(text).toContain('help@acme.example');
        await picture(page, `refused-${provider.toLowerCase()}-${userName}`);

        const reference = /\b[0-9A-Z]{4}-?[0-9A-Z]{4,6}\b/.exec(text)?.[0];
        expect([what, reference]).toEqual([what, expect.any(String)]);
        const audited = await doorward(join(state, 'config'), 'audit', '--reference', reference!);
        expect(audited).toContain('login.refused');

        const cookies = await page.context().cookies(demo.baseUrl);
        expect(cookies.map((cookie) => cookie.name)).not.toContain('doorward');
        await page.goto(deepLink);
        expect(new URL(page.url()).pathname).toBe('/sso/login');
      }),
    60_000,
  );

  it.each(['Microsoft', 'Okta'] as const)(
    'says so when a person cancels at %s',
    (provider) =>
      withPage(async (page) => {
        await page.goto(deepLink);
        await page.getByText(`Sign in with ${provider}`).click();
        await page.getByRole('button', { name: 'Cancel' }).click();
        await page.getByText('The sign-in was not completed').first().waitFor();
        await picture(page, `cancelled-${provider.toLowerCase()}`);
      }),
    60_000,
  );

  it(
    'lets somebody without a groups claim in where the file says keep',
    () =>
      withPage(async (page) => {
        await page.goto('/whoami');
        await signIn(page, 'Microsoft', 'chloe');
        await page.waitForURL('**/whoami');
        expect(await page.locator('#who').textContent()).toBe('Chloé Martin');
      }),
    60_000,
  );

  it(
    'turns a person away at the next click after they were disabled here, and lets them back with their groups',
    () =>
      withPage(async (page) => {
        const config = join(state, 'config');
        await page.goto('/');
        await signIn(page, 'Okta', 'ben');
        await page.waitForURL('**/');
        expect(await page.locator('#who').textContent()).toBe('Ben Okafor');

        await doorward(config, 'users', 'disable', 'ben', '--why', 'shown in the demo');
        await page.getByText('Orders').first().click();
        await page.waitForLoadState();
        expect(new URL(page.url()).pathname).toBe('/sso/login');

        await doorward(config, 'users', 'enable', 'ben');
        await page.goto('/whoami');
        await signIn(page, 'Okta', 'ben');
        await page.waitForURL('**/whoami');
        expect(await page.locator('main').innerText()).toContain('Analysts');
      }),
    60_000,
  );

  it(
    'carries a WebSocket through the gate, and only for somebody who is signed in',
    () =>
      withPage(async (page) => {
        await page.goto('/live');
        await signIn(page, 'Microsoft', 'lukasz');
        await page.getByText('connected').waitFor();
        await page.getByRole('button', { name: 'Send' }).click();
        await page.getByText('Łukasz Müller: hello').waitFor();
        await picture(page, 'live');
        await page.context().clearCookies();
        await page.reload();
        expect(new URL(page.url()).pathname).toBe('/sso/login');
      }),
    60_000,
  );

  it(
    'shows live that nobody is let in after an ending was acknowledged, whatever its road, and again and again',
    () =>
      withPage(async (page) => {
        await page.goto('/endings');
        await signIn(page, 'Microsoft', 'ben');
        for (const [road, cause] of [
          ['disable', 'disabled'],
          ['scim', 'deactivated'],
          ['back-channel', 'idp_logout'],
          ['disable', 'disabled'],
        ] as const) {
          await page.locator(`#${road} button`).click();
          await page.locator(`#${road} .figure`).waitFor();
          const [, before = '', after] = await page.locator(`#${road} dd`).allTextContents();
          expect(Number(before)).toBeGreaterThan(0);
          expect(after).toBe('0');
          const audit = await doorward(join(state, 'config'), 'audit', '--type', 'session.ended');
          expect(JSON.parse(audit.trim().split('\n').at(-1) ?? '')).toMatchObject({ cause });
        }
        await picture(page, 'endings');
      }),
    60_000,
  );
});
