import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { freeDemoPort, startDemo } from '../support/demo.ts';

/** Makes the pictures of docs/images with the demo and a real browser: npm run screenshots. */
const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const state = mkdtempSync(join(tmpdir(), 'doorward-screenshots-'));
mkdirSync(images, { recursive: true });

const demo = await startDemo({ port: await freeDemoPort(), state, people: 240 });
const browser = await launchBrowser();

async function picture(
  name: string,
  use: (page: Page) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const context = await browser.newContext({
    baseURL: demo.baseUrl,
    viewport: { width: 900, height: 640 },
    colorScheme: 'light',
    ...options,
  });
  const page = await context.newPage();
  await use(page);
  await page.screenshot({ path: join(images, `${name}.png`) });
  await context.close();
}

async function signIn(page: Page, provider: string, userName: string): Promise<void> {
  await page.getByText(`Sign in with ${provider}`).click();
  await page.getByLabel('User name').fill(userName);
  await page.getByLabel('Password').fill('doorward');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** The console as ana sees it, who is an administrator of the demo. */
async function consolePictures(): Promise<void> {
  const context = await browser.newContext({ baseURL: demo.baseUrl });
  const page = await context.newPage();
  await page.goto('/sso/login?rd=/admin');
  await signIn(page, 'Microsoft', 'ana');
  await page.waitForURL('**/admin');
  const signedIn = await context.storageState();
  await context.close();
  const wide = { storageState: signedIn, viewport: { width: 1200, height: 900 } };
  const dark = { ...wide, colorScheme: 'dark' } as const;
  const phone = { ...wide, viewport: { width: 390, height: 844 } };
  const open = (path: string) => async (page: Page) => {
    await page.goto(path);
  };
  const person = async (page: Page): Promise<void> => {
    await page.goto('/admin/people?status=active&group=stewards');
    await page.locator('#results tbody a').nth(1).click();
    await page.waitForURL('**/admin/people/*');
  };
  const refused = async (page: Page): Promise<void> => {
    await page.goto('/admin/logins?outcome=refused');
    await page.locator('#results tbody td a').first().click();
    await page.waitForURL('**/admin/logins/*');
  };
  await picture('console-overview', open('/admin'), { ...wide, viewport: { width: 1200, height: 1280 } });
  await picture('console-people', open('/admin/people?q=an'), wide);
  await picture('console-person', person, { ...dark, viewport: { width: 1200, height: 1100 } });
  await picture('console-groups', open('/admin/groups'), { ...wide, viewport: { width: 1200, height: 620 } });
  await picture('console-sessions', open('/admin/sessions'), wide);
  await picture('console-sign-ins', open('/admin/logins'), {
    ...wide,
    viewport: { width: 1200, height: 620 },
  });
  await picture('console-sign-in', refused, { ...wide, viewport: { width: 1200, height: 1250 } });
  await picture('console-provider', open('/admin/providers/microsoft'), {
    ...wide,
    viewport: { width: 1200, height: 1150 },
  });
  await picture('console-audit', open('/admin/audit?type=user.disabled'), dark);
  await picture('console-api', open('/admin/api/docs'), wide);
  await picture('console-phone', open('/admin'), phone);
}

try {
  await picture('login', async (page) => {
    await page.goto('/datasets/orders?tab=lineage');
  });
  await picture('refused', async (page) => {
    await page.setViewportSize({ width: 900, height: 860 });
    await page.goto('/');
    await signIn(page, 'Okta', 'gita');
    await page.getByText('Use another account').waitFor();
  });
  await picture('catalog', async (page) => {
    await page.goto('/whoami');
    await signIn(page, 'Microsoft', 'lukasz');
    await page.waitForURL('**/whoami');
  });
  await picture(
    'endings',
    async (page) => {
      await page.goto('/endings');
      await signIn(page, 'Microsoft', 'ben');
      for (const road of ['disable', 'scim', 'back-channel']) {
        await page.locator(`#${road} button`).click();
        await page.locator(`#${road} .figure`).waitFor();
      }
    },
    { viewport: { width: 1000, height: 680 }, colorScheme: 'dark' },
  );
  await picture('login-arabic-dark', (page) => page.goto('/datasets/orders').then(() => {}), {
    locale: 'ar',
    colorScheme: 'dark',
  });
  await picture(
    'me',
    async (page) => {
      await page.goto('/sso/login?rd=/sso/me');
      await signIn(page, 'Microsoft', 'ana');
      await page.waitForURL('**/sso/me');
    },
    { viewport: { width: 900, height: 1200 } },
  );
  await consolePictures();
} finally {
  await browser.close();
  await demo.interrupt();
  rmSync(state, { recursive: true, force: true });
}
