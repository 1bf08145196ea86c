import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { answer, logIn, loginUpToCallback, type Rp, startRp, testBrowser } from '../../support/oidc-rp.ts';
import { type Op, startOp } from '../../support/op.ts';

let rp: Rp;
beforeAll(async () => {
  rp = await startRp();
});
afterAll(() => rp.close());

async function withOp(options: Parameters<typeof startOp>[1], use: (op: Op) => Promise<void>): Promise<void> {
  const op = await startOp(rp.redirectUri, options);
  try {
    await use(op);
  } finally {
    await op.close();
  }
}

describe('pushed authorization requests (RFC 9126)', () => {
  it('are used where the provider requires them: the browser carries no parameter of the request', () =>
    withOp({ par: 'required' }, async (op) => {
      rp.configure({ issuer: op.issuer });
      const { url } = await testBrowser().get(`${rp.origin}/sso/login/op`, () => false);
      expect([...new URL(url).searchParams.keys()].toSorted()).toEqual(['client_id', 'request_uri']);
      expect(await logIn(rp)).toMatchObject({ kind: 'asserted' });
    }));

  it('are not used where the provider does not offer them', () =>
    withOp({}, async (op) => {
      rp.configure({ issuer: op.issuer });
      expect(await logIn(rp)).toMatchObject({ kind: 'asserted' });
      expect(op.requests).not.toContain('/request');
    }));
});

describe('a provider over time', () => {
  it('goes on with its logins when its keys are changed', () =>
    withOp({}, async (op) => {
      rp.configure({ issuer: op.issuer });
      expect(await logIn(rp)).toMatchObject({ kind: 'asserted' });
      await op.rotateKeys();
      expect(await logIn(rp)).toMatchObject({ kind: 'asserted' });
      expect(op.requests.filter((path) => path === '/jwks')).toHaveLength(2);
    }));

  it('is not asked for userinfo when the ID token says everything', () =>
    withOp({ claimsInIdToken: true }, async (op) => {
      rp.configure({ issuer: op.issuer });
      expect(await logIn(rp)).toMatchObject({ kind: 'asserted', assertion: { email: 'ann@acme.example' } });
      expect(op.requests).not.toContain('/me');
    }));

  it('is asked for userinfo when the ID token says nothing of the person', () =>
    withOp({ claimsInIdToken: false }, async (op) => {
      rp.configure({ issuer: op.issuer });
      expect(await logIn(rp)).toMatchObject({
        kind: 'asserted',
        assertion: { email: 'ann@acme.example', groups: { kind: 'present', names: ['engineers', 'a,b'] } },
      });
      expect(op.requests).toContain('/me');
    }));

  it('that knows no groups leaves them absent, which is not "none"', () =>
    withOp({ accounts: { bob: { claims: { name: 'Bob' } } } }, async (op) => {
      rp.configure({ issuer: op.issuer });
      expect(await logIn(rp)).toMatchObject({
        kind: 'asserted',
        assertion: { subject: 'bob', userName: 'bob', emailVerified: false, groups: { kind: 'absent' } },
      });
    }));

  it('asks for the account again when the person wants to be somebody else', () =>
    withOp({}, async (op) => {
      rp.configure({ issuer: op.issuer });
      const { url } = await testBrowser().get(`${rp.origin}/sso/login/op?other=1`, () => false);
      expect(new URL(url).searchParams.get('prompt')).toBe('login');
    }));

  it('that is down fails the login and nothing else, and works when it is back', async () => {
    const unused = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => unused.once('listening', resolve));
    const { port } = unused.address() as AddressInfo;
    await new Promise((resolve) => unused.close(resolve));
    let ahead = 0;
    const provider = rp.configure({ issuer: `http://127.0.0.1:${port}` }, { now: () => Date.now() + ahead });
    expect(provider.health()).toEqual({ state: 'unknown', since: undefined });
    expect(await logIn(rp)).toEqual({ kind: 'failed', code: 'idp_unavailable', detail: 'oidc.network' });
    expect(provider.health()).toMatchObject({ state: 'down', since: expect.any(Number) });

    ahead = 4_000;
    const op = await startOp(rp.redirectUri, { port });
    try {
      expect(await logIn(rp)).toMatchObject({ kind: 'asserted' });
      expect(provider.health()).toMatchObject({ state: 'up' });
    } finally {
      await op.close();
    }
  });

  it('that goes down while a person signs in is said to be down, not to be lying', async () => {
    const op = await startOp(rp.redirectUri);
    rp.configure({ issuer: op.issuer });
    const browser = testBrowser();
    const callback = await loginUpToCallback(rp, browser);
    await op.close();
    expect(await answer(browser, callback)).toEqual({
      kind: 'failed',
      code: 'idp_unavailable',
      detail: 'oidc.network',
    });
  });
});
