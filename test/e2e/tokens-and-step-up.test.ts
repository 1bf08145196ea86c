import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { PolicyRuleConfig } from '../../src/config/index.ts';
import { launchBrowser } from '../support/browser.ts';
import { startGateway, type Gateway } from '../support/gateway.ts';
import { exchange, listening, stopped } from '../support/http-exchange.ts';
import { createSamlIdp, type SamlIdp } from '../support/saml-idp.ts';
import { fixtureIdp, samlConfig } from '../support/saml-provider.ts';

const under = (path: string, changes: Partial<PolicyRuleConfig> = {}): PolicyRuleConfig => ({
  file: 'gateway.yaml',
  line: 1,
  hosts: [],
  paths: [{ path, exact: false }],
  methods: [],
  allow: 'signed-in',
  recent: undefined,
  acr: [],
  ...changes,
});

let browser: Browser;
let gateway: Gateway;
let idp: SamlIdp;
/** What the identity provider was asked, and how it answers. */
const asked: boolean[] = [];
let obedient = true;
const servers: Server[] = [];

beforeAll(async () => {
  const application = await listening((req, res) => res.end(`the application: ${req.url}`));
  // It signed Ann in an hour ago, and does so again when it must.
  const sso = await listening((req, res) => {
    void (async () => {
      const request = await idp.read(`http://127.0.0.1:${sso.port}${req.url}`);
      asked.push(request.forceAuthn);
      const ago = request.forceAuthn && obedient ? 0 : 3_600_000;
      const authnInstant = new Date(Date.now() - ago).toISOString();
      const { action, ...fields } = await idp.login(
        request,
        { nameId: 'ann@acme.example' },
        { authnInstant },
      );
      const inputs = Object.entries(fields).map(
        ([name, value]) => `<input type="hidden" name="${name}" value="${value}">`,
      );
      res.setHeader('Content-Type', 'text/html');
      res.end(
        `<form method="post" action="${action}">${inputs.join('')}<button>Go on</button></form><script>document.forms[0].submit()</script>`,
      );
    })().catch((error: unknown) => res.writeHead(500).end(String(error)));
  });
  servers.push(application.server, sso.server);
  const ssoUrl = `http://127.0.0.1:${sso.port}/`;
  gateway = await startGateway({
    providers: (baseUrl) => {
      const usual = samlConfig({ entityId: `${baseUrl}/sso/metadata/okta`, allowInsecure: true });
      return [{ ...usual, idp: { ...usual.idp, ssoUrl } } as typeof usual];
    },
    config: {
      upstreams: [{ host: undefined, path: '/', url: `http://127.0.0.1:${application.port}` }],
      policy: [under('/billing', { recent: 600_000 }), under('/')],
      tokens: { personal: true, maxAge: 30 * 86_400_000, jwt: [] },
    },
  });
  const spMetadata = await (await fetch(`${gateway.baseUrl}/sso/metadata/okta`)).text();
  idp = createSamlIdp({ entityId: fixtureIdp, ssoUrl, spMetadata, key: 'idp' });
  browser = await launchBrowser();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await gateway?.close();
  await Promise.all(servers.map(stopped));
});

async function signedIn(use: (page: Page) => Promise<void>): Promise<void> {
  asked.length = 0;
  obedient = true;
  const context = await browser.newContext({ baseURL: gateway.baseUrl });
  try {
    const page = await context.newPage();
    await page.goto('/sso/login/okta?rd=/tables');
    await page.waitForURL(/\/tables$/);
    await use(page);
  } finally {
    await context.close();
  }
}

/** What a script is told with a token. */
async function status(token: string, path = '/tables'): Promise<number> {
  const { port } = new URL(gateway.baseUrl);
  const headers = { Authorization: `Bearer ${token}`, Accept: 'application/json' };
  return (await exchange(Number(port), path, { headers })).status;
}

describe('step-up with SAML', () => {
  it(
    'forces a new sign-in where the one there is is too old, and comes back to the page',
    () =>
      signedIn(async (page) => {
        expect(asked).toEqual([false]);
        await page.goto('/billing/7');
        await page.waitForURL(/\/billing\/7$/);
        expect(await page.textContent('body')).toBe('the application: /billing/7');
        expect(asked).toEqual([false, true]);
        await page.goto('/billing/8');
        expect(asked).toHaveLength(2);
      }),
    60_000,
  );

  it(
    'ends at a page that says so when the identity provider lets an old one do, and the old session stays',
    () =>
      signedIn(async (page) => {
        obedient = false;
        await page.goto('/billing');
        await page.waitForURL(/\/sso\/acs\/okta$/);
        expect(await page.textContent('body')).toContain('not enough for this page');
        expect(asked).toEqual([false, true]);
        await page.goto('/tables');
        expect(await page.textContent('body')).toBe('the application: /tables');
      }),
    60_000,
  );
});

describe('API tokens on a person’s own page', () => {
  it(
    'are made, shown once, used, and revoked, by somebody with a mouse',
    () =>
      signedIn(async (page) => {
        await page.goto('/sso/me');
        await page.fill('form[action$="/me/tokens"] input[name="name"]', 'nightly <export>');
        await page.click('form[action$="/me/tokens"] button');
        const body = (await page.textContent('body')) ?? '';
        const [token = ''] = /dw_[A-Za-z0-9_-]{43}/.exec(body) ?? [];
        expect(body).toContain('nightly <export>');
        expect(await status(token)).toBe(200);
        // Nobody can make a token a recent sign-in.
        expect(await status(token, '/billing')).toBe(403);
        await page.goto('/sso/me');
        expect(await page.content()).not.toContain(token);
        expect(await page.textContent('body')).toContain('nightly <export>');
        await page.click('form[action$="/me/tokens/revoke"] button');
        await page.waitForURL(/token=revoked/);
        expect(await page.textContent('body')).not.toContain('nightly <export>');
        expect(await status(token)).toBe(401);
      }),
    60_000,
  );

  it(
    'cannot be made by a page of somebody else',
    () =>
      signedIn(async (page) => {
        const [context] = browser.contexts();
        const { hostname, port } = new URL(gateway.baseUrl);
        const [cookie] = (await context?.cookies()) ?? [];
        const form = 'name=evil&days=7';
        for (const Origin of ['https://evil.example', gateway.baseUrl]) {
          const { status: said } = await exchange(Number(port), '/sso/me/tokens', {
            method: 'POST',
            headers: {
              Host: `${hostname}:${port}`,
              Origin,
              Cookie: (await page.context().cookies())
                .map(({ name, value }) => `${name}=${value}`)
                .join('; '),
              'Content-Type': 'application/x-www-form-urlencoded',
              'Content-Length': String(form.length),
            },
            body: form,
          });
          expect(said).toBe(403);
        }
        expect(cookie).toBeDefined();
        await page.goto('/sso/me');
        expect(await page.textContent('body')).not.toContain('evil');
      }),
    60_000,
  );
});
