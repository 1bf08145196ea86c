import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { User } from '../../src/identity/index.ts';
import { launchBrowser } from '../support/browser.ts';
import { type ConsoleWorld, startConsole } from '../support/console-world.ts';
import { findings, visit } from '../support/page-checks.ts';

let world: ConsoleWorld;
let browser: Browser;
let session: Awaited<ReturnType<ConsoleWorld['signIn']>>;
let gone: User;

beforeAll(async () => {
  world = await startConsole({ people: 120, scim: true });
  session = await world.signIn(world.admin);
  gone = await hire('Gone');
  await world.stores.people.disable(gone.id, { kind: 'command', name: 'ops' }, 'a "test"');
  await world.stores.directory.addTraces([
    {
      reference: 'K7QM2XVD4A',
      at: Date.now() - 60_000,
      provider: 'microsoft',
      outcome: 'refused',
      why: 'required_group',
      userName: 'hugo@acme.example',
      trace: {
        provider: 'microsoft',
        address: '203.0.113.9',
        claims: { sub: 'x', groups: ['a', 'b'] },
        identity: { subject: 'x' },
        mapping: [{ from: 'a', to: 'engineers', line: 12 }, { from: 'b' }],
        changes: [],
      },
    },
  ]);
  browser = await launchBrowser();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await world?.close();
});

let count = 0;
function hire(name: string, groups: readonly string[] = ['engineers']): Promise<User> {
  count += 1;
  return world.hire(`${name.toLowerCase()}${count}@acme.example`, `${name} Number${count}`, groups);
}

/** A page of somebody who is signed in as the administrator. */
function withPage(options: BrowserContextOptions, use: (page: Page) => Promise<void>): Promise<void> {
  return visit(browser, world.baseUrl, options, async (page) => {
    await page.context().addCookies([{ name: 'doorward', value: session.value, url: world.baseUrl }]);
    await use(page);
  });
}

const pages = (): string[] => [
  '/admin',
  '/admin?span=day',
  '/admin/people',
  '/admin/people?q=nobody-has-this',
  `/admin/people/${world.admin.id}`,
  `/admin/people/${gone.id}`,
  `/admin/people/${world.admin.id}?last=stewards`,
  `/admin/people/${gone.id}/disable?last=1`,
  `/admin/people/${gone.id}/erase?typo=1`,
  '/admin/people/new',
  `/admin/people/${world.admin.id}/link`,
  `/admin/people/${world.admin.id}/unlink?provider=okta&issuer=i&subject=s`,
  '/admin/scim',
  '/admin/groups',
  '/admin/groups/stewards',
  '/admin/sessions',
  '/admin/logins',
  '/admin/logins/K7QM2XVD4A',
  '/admin/providers',
  '/admin/providers/microsoft',
  '/admin/providers/okta',
  '/admin/audit',
  '/admin/api/docs',
  '/admin/nothing',
  '/admin/recover?token=x',
];

describe('every page of the console is open to everybody (axe finds nothing)', () => {
  const phone = { viewport: { width: 360, height: 740 } };
  it.each<[string, BrowserContextOptions]>([
    ['in light colours', { colorScheme: 'light' }],
    ['in dark colours on a phone', { colorScheme: 'dark', ...phone }],
  ])(
    '%s',
    (_how, options) =>
      withPage(options, async (page) => {
        const found: string[] = [];
        for (const path of pages()) {
          await page.goto(path);
          found.push(...(await findings(page)));
        }
        expect(found).toEqual([]);
      }),
    120_000,
  );
});

describe('an administrator', () => {
  it('disables somebody with a reason, and enables them again, without JavaScript', () =>
    withPage({ javaScriptEnabled: false }, async (page) => {
      const user = await hire('Noscript');
      await page.goto('/admin/people');
      await page.getByLabel('Search').fill(user.profile.userName);
      await page.getByRole('button', { name: 'Search' }).click();
      await page.getByRole('link', { name: user.profile.displayName ?? '' }).click();
      await page.getByRole('link', { name: 'Disable …' }).click();
      await page.getByLabel('Why?').fill('left the company');
      await page.getByRole('button', { name: 'Disable' }).click();
      await page.getByText('Disabled, and signed out everywhere.').waitFor();
      expect(await page.locator('main').textContent()).toContain('left the company');
      await page.getByRole('button', { name: 'Enable' }).click();
      await page.getByText('Enabled.', { exact: true }).waitFor();
    }));

  it('disables somebody with the keyboard alone, and always sees where they are', () =>
    withPage({}, async (page) => {
      const user = await hire('Keyboard');
      await page.goto('/admin/people');
      const tabTo = async (name: string) => {
        for (let tries = 0; tries < 80; tries += 1) {
          await page.keyboard.press('Tab');
          const focused = await page.evaluate<string>(
            '(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()',
          );
          if (!focused.startsWith(name)) continue;
          const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
          expect([name, outline]).toEqual([name, 'solid']);
          return;
        }
        throw new Error(`"${name}" cannot be reached by the keyboard`);
      };
      await tabTo('Skip to the content');
      await page.keyboard.press('Enter');
      await tabTo('Search');
      await page.keyboard.type(user.profile.userName);
      await page.locator('#results tbody tr').nth(1).waitFor({ state: 'detached' });
      await tabTo(user.profile.displayName ?? '');
      await page.keyboard.press('Enter');
      await page.waitForURL(`**/admin/people/${user.id}`);
      await tabTo('Disable …');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/disable');
      await tabTo('Why?');
      await page.keyboard.type('by keyboard');
      await tabTo('Disable');
      await page.keyboard.press('Enter');
      await page.waitForURL('**?done=disabled');
      expect((await world.stores.directory.findUser(user.id))?.disabledAt).toBeDefined();
    }));

  it('finds people as they type, and keeps what was asked for in the address', () =>
    withPage({}, async (page) => {
      const user = await hire('Ångström');
      await page.goto('/admin/people');
      await page.getByLabel('Search').pressSequentially('ångstr');
      await page.getByRole('link', { name: user.profile.displayName ?? '' }).waitFor();
      await page.waitForURL('**/admin/people?q=*');
      expect(await page.locator('#results tbody tr').count()).toBe(1);
      await page.reload();
      expect(await page.locator('#results tbody tr').count()).toBe(1);
      await page.getByLabel('Status').selectOption('disabled');
      await page.getByText('Nobody fits.').waitFor();
    }));

  it('follows the audit trail while it grows', () =>
    withPage({}, async (page) => {
      await page.clock.install();
      await page.goto('/admin/audit?type=group.created');
      await page.getByLabel('Follow').check();
      await world.stores.people.addToGroup(gone.id, 'made-while-following', { kind: 'system' });
      await page.clock.runFor(6_000);
      await page.getByText('new group made-while-following').waitFor();
    }));

  it('puts somebody into a group and takes them out again', () =>
    withPage({}, async (page) => {
      const user = await hire('Grouped');
      await page.goto(`/admin/people/${user.id}`);
      await page.getByLabel('Add to a group').fill('Łódź');
      await page.getByRole('button', { name: 'Add' }).click();
      await page.getByText('Added to the group.').waitFor();
      await page.getByRole('button', { name: 'Remove from Łódź' }).click();
      await page.getByText('Removed from the group.').waitFor();
    }));

  it('ends a session, and the person is out on the next click', () =>
    withPage({}, async (page) => {
      const user = await hire('Session');
      const theirs = await world.signIn(user);
      await page.goto('/admin/sessions');
      await page
        .getByRole('row', { name: user.profile.displayName ?? '' })
        .getByRole('button')
        .click();
      await page.getByText('That session has ended.').waitFor();
      const answer = await fetch(`${world.baseUrl}/sso/session`, { headers: { cookie: theirs.cookie } });
      expect(answer.status).toBe(401);
    }));

  it('finds a sign-in by the number that the person reads out', () =>
    withPage({}, async (page) => {
      await page.goto('/admin/logins');
      await page.getByLabel('Reference').fill('k7qm-2xvd 4a');
      await page.getByRole('button', { name: 'Show it' }).click();
      await page.waitForURL('**/admin/logins/K7QM2XVD4A');
      expect(await page.locator('main').textContent()).toContain('in none of the required groups');
    }));

  it('makes a token for a provisioning client, which is shown this once', () =>
    withPage({}, async (page) => {
      await page.goto('/admin/scim');
      await page.getByLabel('New token for').fill('Okta, production');
      await page.getByRole('button', { name: 'Make it' }).click();
      await page.getByText('This is shown once').waitFor();
      expect(await findings(page)).toEqual([]);
      await page.goto('/admin/scim');
      await page.getByRole('button', { name: 'Revoke Okta, production' }).click();
      await page.getByText('Revoked: the next request').waitFor();
    }));

  it('erases somebody only after typing the name', () =>
    withPage({}, async (page) => {
      const user = await hire('Erased');
      await page.goto(`/admin/people/${user.id}/erase`);
      await page.getByLabel('To be sure').fill('somebody else');
      await page.getByRole('button', { name: 'Erase for good' }).click();
      await page.getByText('That was another name.').waitFor();
      await page.getByLabel('To be sure').fill(user.profile.userName);
      await page.getByRole('button', { name: 'Erase for good' }).click();
      await page.getByText('Erased for good.').waitFor();
      expect(await world.stores.directory.findUser(user.id)).toBeUndefined();
    }));

  it('whose group is taken away sees nothing more', () =>
    visit(browser, world.baseUrl, {}, async (page) => {
      const user = await hire('Former', []);
      await world.stores.people.addToGroup(user.id, 'stewards', { kind: 'system' });
      const { value } = await world.signIn(user);
      await page.context().addCookies([{ name: 'doorward', value, url: world.baseUrl }]);
      await page.goto('/admin/people');
      await page.getByLabel('Search').waitFor();
      await world.stores.people.removeFromGroup(user.id, 'stewards', { kind: 'system' });
      await page.getByLabel('Search').pressSequentially('a');
      await page.getByText('This console is not open to you').waitFor();
    }));
});
