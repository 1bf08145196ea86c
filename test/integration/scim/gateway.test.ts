import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OidcProviderConfig, ScimConfig } from '../../../src/config/index.ts';
import { openDirectory } from '../../../src/directory/index.ts';
import { createTokens } from '../../../src/scim/index.ts';
import { CookieBrowser, isIn, startGateway, testActor, type Gateway } from '../../support/gateway.ts';
import { annAccount, opClient, startOp, type Op } from '../../support/op.ts';
import { oidcConfig } from '../../support/oidc-rp.ts';
import { freePort } from '../../support/redis.ts';

const scim: ScimConfig = {
  match: ['subject'],
  groupsFrom: 'scim',
  onReturn: 'restore',
  requestsPerSecond: 500,
};
const patch = (...operations: readonly object[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
});

/** The whole gateway: a browser that signs in at a real provider, and the provider's SCIM client beside it. */
describe('SCIM beside a login, at the whole gateway', () => {
  let op: Op;
  let gateway: Gateway;
  let token = '';
  let provider: OidcProviderConfig;

  const send = async (method: string, path: string, body?: object, secret = token) => {
    const response = await fetch(`${gateway.baseUrl}/scim/v2${path}`, {
      method,
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/scim+json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  const signIn = async (browser: CookieBrowser) =>
    (await browser.go(`${gateway.baseUrl}/sso/login/op?rd=/sso/session`)).response;
  const verify = async (browser: CookieBrowser) =>
    (
      await browser.ask(`${gateway.baseUrl}/sso/verify/forward-auth`, {
        headers: { accept: 'application/json' },
      })
    ).status;

  beforeAll(async () => {
    const port = await freePort();
    provider = oidcConfig({
      issuer: `http://127.0.0.1:${port}`,
      scim,
      jit: { create: false },
      groups: { claims: ['groups'], whenMissing: 'keep', map: [], unmapped: 'create' },
    });
    gateway = await startGateway({ providers: () => [provider] });
    op = await startOp(`${gateway.baseUrl}/sso/callback/op`, {
      port,
      accounts: { 'sub-ann': annAccount },
      clients: [opClient],
    });
    const tokens = createTokens({
      tokens: gateway.app.stores.directory.scim.tokens,
      now: Date.now,
      random: randomBytes,
    });
    token = (
      await tokens.create({
        provider: 'op',
        kind: 'bearer',
        name: 'sync',
        expiresAt: undefined,
        actor: testActor,
      })
    ).secret;
  });
  afterAll(async () => {
    await gateway.close();
    await op.close();
  });

  it('lets nobody in whom SCIM has not made, then lets them in with the groups of SCIM, and out at once', async () => {
    const browser = new CookieBrowser();
    expect((await signIn(browser)).status).toBe(403);

    const { id } = (await send('POST', '/Users', { userName: 'ann@acme.example', externalId: 'sub-ann' }))
      .body;
    await send('POST', '/Groups', { displayName: 'stewards', members: [{ value: id }] });
    const session = await (await signIn(browser)).json();
    // The provider claims engineers; only what SCIM says counts.
    expect(session.user.groups).toEqual(['stewards']);
    expect(await isIn(browser, gateway)).toBe(true);
    expect(await verify(browser)).toBeLessThan(300);

    expect(
      (await send('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'active', value: 'False' }))).status,
    ).toBe(204);
    // The very next request, with no waiting.
    expect(await verify(browser)).toBe(401);
    expect(await isIn(browser, gateway)).toBe(false);
    const again = await signIn(browser);
    expect(again.status).toBe(403);
    expect((await gateway.events('login.refused')).at(-1)).toMatchObject({ reason: 'deactivated_by_scim' });

    await send('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'active', value: 'True' }));
    expect((await signIn(browser)).status).toBe(200);
    expect(await isIn(browser, gateway)).toBe(true);
  });

  it('a membership that SCIM takes away is gone on the next request, without a new login', async () => {
    const browser = new CookieBrowser();
    await signIn(browser);
    const { id } = (await send('GET', '/Users?filter=externalId eq "sub-ann"')).body.Resources[0];
    const group = (await send('POST', '/Groups', { displayName: 'night-shift', members: [{ value: id }] }))
      .body.id;
    const groups = async () =>
      (await (await browser.ask(`${gateway.baseUrl}/sso/session`)).json()).user.groups;
    const whileIn = await groups();
    await send('PATCH', `/Groups/${group}`, patch({ op: 'remove', path: `members[value eq "${id}"]` }));
    const after = await groups();
    expect(whileIn.filter((name: string) => !after.includes(name))).toEqual(['night-shift']);
  });

  it('a token that another process revokes is refused on the next request', async () => {
    const elsewhere = await openDirectory(gateway.config.state.directory, { now: Date.now });
    const tokens = createTokens({ tokens: elsewhere.scim.tokens, now: Date.now, random: randomBytes });
    const made = await tokens.create({
      provider: 'op',
      kind: 'bearer',
      name: 'short',
      expiresAt: undefined,
      actor: testActor,
    });
    for (let asked = 0; asked < 3; asked += 1)
      expect((await send('GET', '/Users', undefined, made.secret)).status).toBe(200);
    await tokens.revoke(made.token.id, testActor);
    expect((await send('GET', '/Users', undefined, made.secret)).status).toBe(401);
    await elsewhere.close();
  });

  it('a changed map of groups counts for the groups that SCIM made before', async () => {
    const { id } = (await send('GET', '/Users?filter=externalId eq "sub-ann"')).body.Resources[0];
    await send('POST', '/Groups', { displayName: 'Chief Stewards', members: [{ value: id }] });
    const [user] = await gateway.app.stores.directory.findByName('ann');
    const isIn = async () =>
      (await gateway.app.stores.directory.findUser(user!.id))?.memberships.some(
        ({ group }) => group === 'chiefs',
      );
    expect(await isIn()).toBe(false);
    const groups = { ...provider.groups, map: [['Chief Stewards', 'chiefs']] as const };
    await gateway.app.reload({ ...gateway.config, providers: [{ ...provider, groups }], version: 'next' });
    const patience = Date.now() + 10_000;
    while (!(await isIn()) && Date.now() < patience) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await isIn()).toBe(true);
  });

  it('answers under /scim in SCIM’s own form, also to a stranger', async () => {
    const response = await fetch(`${gateway.baseUrl}/scim/v2/Users`);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      401,
      'application/scim+json; charset=utf-8',
    ]);
    expect((await send('GET', '/Users')).body.Resources[0].meta.location).toMatch(
      `${gateway.baseUrl}/scim/v2/Users/`,
    );
  });
});
