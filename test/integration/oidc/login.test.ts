import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { answer, logIn, loginUpToCallback, type Rp, startRp, testBrowser } from '../../support/oidc-rp.ts';
import { type Op, startOp } from '../../support/op.ts';

describe('a login at a real OpenID provider', () => {
  let rp: Rp;
  let op: Op;
  beforeAll(async () => {
    rp = await startRp();
    op = await startOp(rp.redirectUri);
    rp.configure({ issuer: op.issuer });
  });
  afterAll(async () => {
    await rp.close();
    await op.close();
  });

  it('ends in an assertion with everything that the provider vouches for', async () => {
    const outcome = await logIn(rp, testBrowser(), '/catalog?page=2');
    expect(outcome).toMatchObject({
      kind: 'asserted',
      returnTo: '/catalog?page=2',
      assertion: {
        provider: 'op',
        issuer: op.issuer,
        subject: 'sub-ann',
        userName: 'ann',
        email: 'ann@acme.example',
        emailVerified: true,
        displayName: 'Ann Example',
        givenName: 'Ann',
        familyName: 'Example',
        locale: 'en',
        groups: { kind: 'present', names: ['engineers', 'a,b'] },
        roles: [],
        idpSession: { idToken: expect.stringMatching(/^ey/) },
      },
    });
  });

  it('sends PKCE by S256, a fresh state and nonce, and the configured redirect URI', async () => {
    const browser = testBrowser();
    const starts = [];
    for (let each = 0; each < 2; each += 1) {
      const { url } = await browser.get(`${rp.origin}/sso/login/op`, () => false);
      starts.push(new URL(url).searchParams);
    }
    const [first, second] = starts;
    expect(first?.get('code_challenge_method')).toBe('S256');
    expect(first?.get('redirect_uri')).toBe(rp.redirectUri);
    expect(first?.get('response_type')).toBe('code');
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(first?.get(name)).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(first?.get(name)).not.toBe(second?.get(name));
    }
  });

  it('finishes ten logins that were begun at once in one browser', async () => {
    const browser = testBrowser();
    const callbacks = [];
    for (let tab = 0; tab < 10; tab += 1) callbacks.push(await loginUpToCallback(rp, browser, `/tab/${tab}`));
    const outcomes = await Promise.all(callbacks.map((callback) => answer(browser, callback)));
    expect(outcomes.map((outcome) => outcome.kind === 'asserted' && outcome.returnTo)).toEqual(
      callbacks.map((_, tab) => `/tab/${tab}`),
    );
  });

  it('gives the refusal of the provider as a value', async () => {
    op.answer = { error: 'access_denied', error_description: 'not today' };
    expect(await logIn(rp)).toEqual({
      kind: 'refused',
      reason: 'idp_denied',
      idpMessage: 'access_denied',
      returnTo: '/',
    });
    op.answer = { error: 'access_denied', error_description: 'AADSTS50057: The user account is disabled.' };
    expect(await logIn(rp)).toMatchObject({ kind: 'refused', reason: 'idp_deactivated' });
    op.answer = { account: 'sub-ann' };
  });
});
