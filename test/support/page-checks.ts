import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export type WithPage = (options: BrowserContextOptions, use: (page: Page) => Promise<void>) => Promise<void>;

/** A page in a fresh browser profile; fails the test on anything that the content security policy had to stop. */
export async function visit(
  browser: Browser,
  baseURL: string,
  options: BrowserContextOptions,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ baseURL, ...options });
  const complaints: string[] = [];
  try {
    const page = await context.newPage();
    page.on('console', (message) => {
      if (/content security policy|refused to/i.test(message.text())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(baseURL)) complaints.push(`asked ${request.url()}`);
    });
    await use(page);
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
  }
}

/** What axe finds on the page (WCAG 2.2 AA and good practice), and whether it has to be scrolled sideways. */
export async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const found = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
    `axe.run(document, { runOnly: ${JSON.stringify(tags)} }).then((result) => result.violations)`,
  );
  const sideways = await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth');
  return [
    ...found.map(({ id, nodes }) => `${page.url()} ${id}: ${nodes[0]?.html}`),
    ...(sideways ? [`${page.url()} scrolls sideways`] : []),
  ];
}
