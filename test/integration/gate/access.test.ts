import { createServer, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import type { PolicyRuleConfig } from '../../../src/config/index.ts';
import { openDirectory } from '../../../src/directory/index.ts';
import { createTokens } from '../../../src/tokens/index.ts';
import { startGateway, testActor, type Gateway } from '../../support/gateway.ts';
import { listening, stopped } from '../../support/http-exchange.ts';
import { annAccount, startOp, type Op } from '../../support/op.ts';
import { oidcConfig } from '../../support/oidc-rp.ts';
import { NavigatingBrowser } from '../../support/navigating-browser.ts';
import { freePort } from '../../support/redis.ts';

const rule = (
  allow: PolicyRuleConfig['allow'],
  changes: Partial<PolicyRuleConfig> = {},
): PolicyRuleConfig => ({
  file: 'gateway.yaml',
  line: 1,
  hosts: [],
  paths: [],
  methods: [],
  allow,
  recent: undefined,
  acr: [],
  ...changes,
});
const under = (path: string) => ({ paths: [{ path, exact: false }] });

let op: Op;
let gateway: Gateway;
let application: Awaited<ReturnType<typeof startApplication>>;
let issuer: Awaited<ReturnType<typeof startIssuer>>;

/** An application that tells what it was sent. */
async function startApplication() {
  const seen: IncomingMessage[] = [];
  const { server, port } = await listening(
    createServer((req, res) => {
      seen.push(req);
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify({ path: req.url, headers: req.headers }));
    }),
  );
  return { url: `http://127.0.0.1:${port}`, seen, close: () => stopped(server) };
}

/** Somebody who issues JWTs, and publishes their keys. */
async function startIssuer() {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' };
  const state = { down: false };
  const { server, port } = await listening((_req, res) => {
    res.statusCode = state.down ? 500 : 200;
    res.end(JSON.stringify({ keys: [jwk] }));
  });
  const url = `http://127.0.0.1:${port}`;
  const sign = (claims: Record<string, unknown>, header: { alg?: string; kid?: string } = {}) =>
    new SignJWT({ iss: url, aud: 'catalog', sub: 'sub-ann', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'one', ...header })
      .setIssuedAt()
      .setExpirationTime((claims['exp'] as number | undefined) ?? '5m')
      .sign(privateKey);
  return { url, sign, state, close: () => stopped(server) };
}

beforeAll(async () => {
  const port = await freePort();
  [application, issuer] = await Promise.all([startApplication(), startIssuer()]);
  gateway = await startGateway({
    providers: () => [
      oidcConfig({
        issuer: `http://127.0.0.1:${port}`,
        role: { default: 'guest', map: [['stewards', 'admin']] },
      }),
    ],
    config: {
      upstreams: [{ host: undefined, path: '/', url: application.url }],
      assertion: { lifetime: 300_000, audience: 'the catalog' },
      policy: [
        rule('public', {
          paths: [
            { path: '/', exact: true },
            { path: '/assets', exact: false },
          ],
        }),
        rule({ groups: ['stewards'], roles: [], providers: [] }, under('/stewards')),
        rule('signed-in', { ...under('/billing'), recent: 2_000 }),
        rule('signed-in', { ...under('/vault'), acr: ['urn:mfa'] }),
        rule('signed-in', under('/tables')),
      ],
      tokens: {
        personal: true,
        maxAge: 86_400_000,
        jwt: [
          {
            issuer: issuer.url,
            jwksUri: `${issuer.url}/keys`,
            audience: ['catalog'],
            algs: ['RS256'],
            subjectClaim: 'sub',
            knownAs: `http://127.0.0.1:${port}`,
          },
        ],
      },
    },
  });
  op = await startOp(`${gateway.baseUrl}/sso/callback/op`, { port, accounts: { 'sub-ann': annAccount } });
});
afterAll(async () => {
  await gateway.close();
  await Promise.all([op.close(), application.close(), issuer.close()]);
});

let browser: NavigatingBrowser;
beforeEach(() => {
  browser = new NavigatingBrowser();
});

const ask = async (path: string, init: RequestInit = {}, who = new NavigatingBrowser()) => {
  const response = await who.ask(`${gateway.baseUrl}${path}`, init);
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : undefined;
  return { status: response.status, headers: response.headers, text, json };
};
const bearer = (token: string): RequestInit => ({
  headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
});
const logIn = (rd = '/tables') => browser.go(`${gateway.baseUrl}/sso/login/op?rd=${encodeURIComponent(rd)}`);

describe('a policy at the built-in proxy', () => {
  it('lets everybody see public pages, as nobody, whatever they call themselves', async () => {
    const { status, json } = await ask('/assets/logo.svg', {
      headers: {
        'x-auth-request-user': 'root',
        x_auth_request_groups: 'stewards',
        'x-doorward-assertion': 'e30',
      },
    });
    expect(status).toBe(200);
    const told = Object.entries(json.headers as Record<string, string>);
    for (const [name, value] of told)
      if (/auth.request|doorward/.test(name)) expect([name, value]).toEqual([name, '']);
    expect(json.headers).toMatchObject({ 'x-auth-request-user': '', 'x-auth-request-role': '' });
  });

  it('knows on a public page who is signed in', async () => {
    await logIn();
    const { json } = await ask('/', {}, browser);
    expect(json.headers['x-auth-request-email']).toBe('ann@acme.example');
  });

  it('sends others to the login, lets people in by rule, and refuses what no rule is about', async () => {
    expect((await ask('/tables')).status).toBe(302);
    const { response, url } = await logIn();
    expect([response.status, new URL(url).pathname]).toEqual([200, '/tables']);
    expect((await ask('/stewards', {}, browser)).status).toBe(403);
    expect((await ask('/STEWARDS/x', {}, browser)).status).toBe(403);
    expect((await ask('/elsewhere', {}, browser)).status).toBe(403);
  });

  it('leaves the gateway’s own pages open to whoever is signed in', async () => {
    await logIn();
    expect((await ask('/sso/session', {}, browser)).json).toMatchObject({ user: { role: 'guest' } });
    expect((await ask('/sso/me', {}, browser)).status).toBe(200);
  });
});

describe('step-up', () => {
  it('sends a browser through the provider once more when the sign-in is too long ago, and a script is told', async () => {
    await logIn();
    expect((await ask('/billing', {}, browser)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 3_100));
    expect((await ask('/billing', {}, browser)).status).toBe(302);
    expect((await ask('/tables', {}, browser)).status).toBe(200);
    const script = await ask('/billing', { headers: { accept: 'application/json' } }, browser);
    expect(script.status).toBe(401);
    expect(script.json.error.code).toBe('step_up_required');
    expect(script.headers.get('www-authenticate')).toContain('max_age="2"');
    const login = new URL(script.headers.get('x-doorward-login') ?? '');
    expect([login.pathname, login.searchParams.get('max_age')]).toEqual(['/sso/login/op', '2']);
    const interactions = () => op.requests.filter((path) => path.startsWith('/interaction/')).length;
    const before = interactions();
    const { response, url } = await browser.go(`${gateway.baseUrl}/billing/8`);
    expect([response.status, new URL(url).pathname]).toEqual([200, '/billing/8']);
    expect(interactions()).toBe(before + 1);
  }, 20_000);

  it('ends at a page, not in a circle, when the provider does not do as it is asked', async () => {
    await logIn();
    const { response, url } = await browser.go(`${gateway.baseUrl}/vault`);
    expect([response.status, new URL(url).pathname]).toEqual([403, '/sso/callback/op']);
    expect(await response.text()).toContain('not enough for this page');
    expect((await gateway.events('login.failed')).at(-1)).toMatchObject({ detail: 'step_up.acr' });
    // The session from before is as good as it was.
    expect((await ask('/tables', {}, browser)).status).toBe(200);
  });
});

describe('a personal token', () => {
  const make = async (lifetime?: number) => {
    await logIn();
    const [ann] = await gateway.app.stores.directory.findByName('ann');
    const request = { userId: ann?.id ?? '', provider: 'op', name: 'export', ...(lifetime && { lifetime }) };
    const made = await gateway.app.stores.tokens.create(request, { kind: 'command', name: 'test' });
    if (made.kind !== 'created') throw new Error(made.kind);
    return { ...made, userId: ann?.id ?? '' };
  };

  it('opens what its owner may open, and the application does not learn it', async () => {
    const { text, token } = await make();
    const { status, json } = await ask('/tables/7', bearer(text));
    expect(status).toBe(200);
    expect(json.headers).toMatchObject({ 'x-auth-request-email': 'ann@acme.example' });
    expect(json.headers).not.toHaveProperty('authorization');
    expect(JSON.stringify(json)).not.toContain(text);
    const keys = createRemoteJWKSet(new URL(`${gateway.baseUrl}/.well-known/doorward/jwks.json`));
    const { payload } = await jwtVerify(json.headers['x-doorward-assertion'], keys, {
      audience: 'the catalog',
      issuer: gateway.baseUrl,
    });
    expect(payload).toMatchObject({ preferred_username: 'ann', sid: `token-${token.id.slice(0, 6)}` });
    expect((await ask('/stewards', bearer(text))).status).toBe(403);
    expect((await ask('/elsewhere', bearer(text))).status).toBe(403);
  });

  it('is no way to the gateway’s own pages, and cannot be made stronger', async () => {
    const { text } = await make();
    expect((await ask('/sso/me', bearer(text))).status).toBe(303);
    expect((await ask('/sso/session', bearer(text))).status).toBe(401);
    const stepUp = await ask('/billing', bearer(text));
    expect([stepUp.status, stepUp.json.error.code]).toEqual([403, 'step_up_required']);
    expect(stepUp.headers.get('location')).toBeNull();
  });

  it('is dead on the next request after another process revoked it, or disabled its owner', async () => {
    const { text, token, userId } = await make();
    const other = await openDirectory(gateway.config.state.directory, { now: Date.now });
    try {
      const status = async () => (await ask('/tables', bearer(text))).status;
      expect(await status()).toBe(200);
      await other.setDisabled(userId, { at: Date.now() });
      expect(await status()).toBe(403);
      await other.setDisabled(userId, undefined);
      expect(await status()).toBe(200);
      const tokens = createTokens({
        store: other.apiTokens,
        now: Date.now,
        random: () => new Uint8Array(),
        maxAge: 1,
      });
      expect(await tokens.revoke(userId, token.id, { kind: 'command' })).toBe(true);
      const after = await ask('/tables', bearer(text));
      expect(after.status).toBe(401);
      expect(after.headers.get('www-authenticate')).toContain('invalid_token');
    } finally {
      await other.close();
    }
  });

  it('ends when its time is over, although it is remembered', async () => {
    const { text } = await make(400);
    expect((await ask('/tables', bearer(text))).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 450));
    expect((await ask('/tables', bearer(text))).status).toBe(401);
  });

  it('that is wrong is 401, never a redirect, never another way in, and no application sees it', async () => {
    await logIn();
    application.seen.length = 0;
    for (const wrong of [`dw_${'A'.repeat(43)}`, 'dw_', 'dw_x y', `dw_${'A'.repeat(42)}é`]) {
      const headers = { authorization: `Bearer ${encodeURI(wrong)}`, accept: 'text/html' };
      const response = await ask('/tables', { headers }, browser);
      expect([wrong, response.status]).toEqual([wrong, wrong === 'dw_x y' ? 401 : 401]);
      expect(response.headers.get('location')).toBeNull();
    }
    expect(application.seen).toEqual([]);
    // Of the application's own: none of our business.
    const own = await ask('/tables', { headers: { authorization: 'Basic abc' } }, browser);
    expect(own.json.headers.authorization).toBe('Basic abc');
  });

  it('is kept as a digest only, and is told of in the audit log without itself', async () => {
    const { text, token } = await make();
    const stored = await gateway.app.stores.directory.apiTokens.listTokens(token.userId);
    expect(JSON.stringify(stored)).not.toContain(text.slice(3));
    const events = await gateway.events('token.created');
    expect(events.at(-1)).toMatchObject({ actor: testActor, tokenName: 'export', tokenId: token.id });
    expect(JSON.stringify(events)).not.toContain(text.slice(3));
    expect(gateway.said.join()).not.toContain(text.slice(3));
  });
});

describe('a bearer JWT', () => {
  it('of a configured issuer lets in somebody who is known here', async () => {
    await logIn();
    const { status, json } = await ask('/tables', bearer(await issuer.sign({})));
    expect(status).toBe(200);
    expect(json.headers).toMatchObject({ 'x-auth-request-preferred-username': 'ann' });
    expect(json.headers).not.toHaveProperty('authorization');
  });

  it.each<[string, () => Promise<string>]>([
    ['for another audience', () => issuer.sign({ aud: 'other' })],
    ['that has expired', () => issuer.sign({ exp: Math.floor(Date.now() / 1000) - 60 })],
    ['of somebody who is not known here', () => issuer.sign({ sub: 'stranger' })],
    ['without a subject', () => issuer.sign({ sub: undefined })],
    ['with an unknown key', () => issuer.sign({}, { kid: 'two' })],
    [
      'that was tampered with',
      async () => {
        const [header, , signature] = (await issuer.sign({})).split('.');
        const claims = { iss: issuer.url, aud: 'catalog', sub: 'sub-ann', exp: 9_999_999_999 };
        return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
      },
    ],
    [
      'that is not signed',
      async () => {
        const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
        const claims = { iss: issuer.url, aud: 'catalog', sub: 'sub-ann', exp: 9_999_999_999 };
        return `${part({ alg: 'none' })}.${part(claims)}.AA`;
      },
    ],
  ])('%s is 401', async (_what, make) => {
    const { status, headers } = await ask('/tables', bearer(await make()));
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toContain('invalid_token');
  });

  it('of an issuer that nobody configured is the application’s business', async () => {
    await logIn();
    const token = await issuer.sign({ iss: 'https://other.example' });
    const { json } = await ask('/tables', { headers: { authorization: `Bearer ${token}` } }, browser);
    expect(json.headers.authorization).toBe(`Bearer ${token}`);
    expect((await ask('/tables', bearer(token))).status).toBe(401);
  });

  it('follows its owner: disabled means refused on the next request', async () => {
    await logIn();
    const token = await issuer.sign({});
    expect((await ask('/tables', bearer(token))).status).toBe(200);
    const [ann] = await gateway.app.stores.directory.findByName('ann');
    await gateway.app.stores.directory.setDisabled(ann?.id ?? '', { at: Date.now() });
    expect((await ask('/tables', bearer(token))).status).toBe(403);
    await gateway.app.stores.directory.setDisabled(ann?.id ?? '', undefined);
    expect((await ask('/tables', bearer(token))).status).toBe(200);
  });
});

describe('the key set', () => {
  it('is public, may be kept for a while, and has no private part', async () => {
    const { status, headers, text } = await ask('/.well-known/doorward/jwks.json?x=1');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/jwk-set+json');
    expect(headers.get('cache-control')).toBe('public, max-age=300');
    expect(JSON.parse(text).keys).toEqual([
      {
        kty: 'EC',
        crv: 'P-256',
        alg: 'ES256',
        use: 'sig',
        kid: expect.any(String),
        x: expect.any(String),
        y: expect.any(String),
      },
    ]);
    expect((await ask('/.well-known/doorward/jwks.json', { method: 'POST' })).status).toBe(405);
    expect((await ask('/.well-known/doorward/jwks.jsonx')).status).toBe(404);
  });
});
