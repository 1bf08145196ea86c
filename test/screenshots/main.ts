import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { freeDemoPort, startDemo } from '../support/demo.ts';

/** Makes the pictures of docs/images with the demo and a real browser: npm run screenshots. */
const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const state = mkdtempSync(join(tmpdir(), 'doorward-screenshots-'));
mkdirSync(images, { recursive: true });

const demo = await startDemo({ port: await freeDemoPort(), state });
const browser = await launchBrowser();

async function picture(name: string, use: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({
    baseURL: demo.baseUrl,
    viewport: { width: 900, height: 640 },
    colorScheme: 'light',
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
} finally {
  await browser.close();
  await demo.interrupt();
  rmSync(state, { recursive: true, force: true });
}
