import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeConfigs } from '../../support/config-files.ts';
import { type HostileOp, opKey, startHostileOp } from '../../support/hostile-op.ts';
import { oidcConfig } from '../../support/oidc-rp.ts';
import { fixtureRequestId, samlConfig } from '../../support/saml-provider.ts';
import { ask, Browser, browserCookie, form, sessionCookie } from './browser.ts';
import { type Gateway, hostileConfig, kinds, openPlace, type Place, startGateway } from './gateway.ts';
import { admitted, upToCallback } from './people.ts';

const withState = (path: string, change: (query: URLSearchParams) => void): string => {
  const [pathname = '', search] = path.split('?');
  const query = new URLSearchParams(search);
  change(query);
  return `${pathname}?${query.toString()}`;
};

describe.each(kinds)('the whole gateway, sessions in %s: answers at the wrong door', (kind) => {
  let place: Place;
  let ops: readonly HostileOp[];
  let gateway: Gateway;
  beforeAll(async () => {
    place = await openPlace(kind);
    ops = [await startHostileOp(await opKey()), await startHostileOp(await opKey())];
    const [one, other] = ops.map(({ issuer }) => issuer);
    const providers = [
      oidcConfig({ id: 'op', ...(one !== undefined && { issuer: one }) }),
      oidcConfig({ id: 'other', ...(other !== undefined && { issuer: other }) }),
      samlConfig({ id: 'okta' }),
    ];
    gateway = await startGateway({ place, config: await hostileConfig(), providers });
  });
  afterAll(async () => {
    await gateway.close();
    for (const op of ops) await op.close();
    await place.close();
    removeConfigs();
  });

  /** Whatever was tried: nobody is in, nothing is left, and the person\u2019s own answer still works. */
  const refused = async (
    attempt: (browser: Browser, callback: string) => Promise<number>,
    statuses: readonly number[],
  ) => {
    const browser = new Browser(gateway.origin);
    const callback = await upToCallback(browser);
    const before = await gateway.standing();
    expect(statuses).toContain(await attempt(browser, callback));
    expect(browser.cookies.has(sessionCookie)).toBe(false);
    expect(await admitted(browser)).toBe(401);
    expect(await gateway.standing()).toEqual(before);
    const own = await browser.ask(callback);
    expect(own.status).toBe(303);
    expect(await admitted(browser)).toBe(200);
  };

  it('27: the answer to a login at one provider is nobody\u2019s at the address of another', () =>
    refused(
      async (browser, callback) => (await browser.ask(callback.replace('/op?', '/other?'))).status,
      [400],
    ));

  it('27: the code of another provider with the state of this one is refused', async () => {
    const browser = new Browser(gateway.origin);
    const [mine, theirs] = [await upToCallback(browser), await upToCallback(browser, '/sso/login/other')];
    const code = new URLSearchParams(theirs.split('?')[1]).get('code') ?? '';
    const before = await gateway.standing();
    expect((await browser.ask(withState(mine, (query) => query.set('code', code)))).status).toBe(400);
    expect(await gateway.standing()).toEqual(before);
    expect(await admitted(browser)).toBe(401);
    // The other login is still what it was.
    expect((await browser.ask(theirs)).status).toBe(303);
  });

  it('26: an answer by POST (form_post) is not taken, in the form or in the query', () =>
    refused(
      async (browser, callback) => {
        const [pathname = '', search] = callback.split('?');
        const fields = Object.fromEntries(new URLSearchParams(search));
        const posted = await browser.ask(pathname, form(fields, { origin: ops[0]?.issuer ?? '' }));
        expect(posted.headers.allow).toBe('GET');
        return (await browser.ask(callback, { method: 'POST' })).status;
      },
      [405],
    ));

  it('26: a HEAD, as a scanner of links sends it, takes nothing away', () =>
    refused(async (browser, callback) => (await browser.ask(callback, { method: 'HEAD' })).status, [405]));

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'])(
    '26: %s with a method in X-HTTP-Method-Override is what it is',
    (method) =>
      refused(
        async (browser, callback) =>
          (await browser.ask(callback, { method, headers: { 'x-http-method-override': 'GET' } })).status,
        [400, 405],
      ),
  );

  it.each([
    ['in capitals', '/sso/CALLBACK/op'],
    ['of the provider in capitals', '/sso/callback/OP'],
    ['with two slashes', '/sso//callback/op'],
    ['percent-encoded', '/sso/c%61llback%2fop'],
    ['with dots in it', '/sso/callback/x/../op'],
    ['of a provider that is a property of every object', '/sso/callback/__proto__'],
    ['of a provider that is a method of every object', '/sso/callback/constructor'],
    ['of a SAML provider', '/sso/callback/okta'],
  ])('26: an answer at an address %s', (_how, path) =>
    refused(async (browser, callback) => (await browser.ask(callback.replace(/^[^?]*/, path))).status, [404]),
  );

  it('26: a code behind a # is no code', async () => {
    const browser = new Browser(gateway.origin);
    const callback = await upToCallback(browser);
    expect((await browser.ask(callback.replace('?', '?x=#'))).status).toBe(400);
    expect(await admitted(browser)).toBe(401);
  });

  it('13: a SAML response at the address of an OpenID provider, and a code at that of a SAML provider', () =>
    refused(
      async (browser, callback) => {
        const posted = await browser.postFromElsewhere('/sso/acs/op', { SAMLResponse: 'PHg+' });
        expect(posted.status).toBe(404);
        return (await browser.ask(callback.replace('/sso/callback/op', '/sso/acs/okta'))).status;
      },
      [405],
    ));

  it('19: the state of an OpenID login is no RelayState, whoever brings it', async () => {
    const browser = new Browser(gateway.origin);
    const callback = await upToCallback(browser);
    const state = new URLSearchParams(callback.split('?')[1]).get('state') ?? '';
    const reply = await browser.postFromElsewhere('/sso/acs/okta', {
      SAMLResponse: 'PHg+',
      RelayState: state,
    });
    expect(reply.status).toBe(400);
    expect((await browser.ask(callback)).status).toBe(303);
  });

  it('21: the RelayState of a SAML login is no state, whoever brings it', async () => {
    const value = 'r'.repeat(43);
    const key = await gateway.begin({ provider: 'okta', requestId: fixtureRequestId }, value);
    const cookie = `${browserCookie}=${value}`;
    const reply = await ask(gateway.origin, `/sso/callback/op?code=x&state=${key}`, { headers: { cookie } });
    expect(reply.status).toBe(400);
    expect(reply.setCookies).toEqual([]);
  });

  it.each([
    ['brackets', 'SAMLResponse[]=PHg%2B'],
    ['small letters', 'samlresponse=PHg%2B'],
    ['the query alone', ''],
    ['JSON in a form\u2019s clothes', '{"SAMLResponse":"PHg+"}'],
    ['an artifact', 'SAMLart=AAQAAMh48%2F1oXIM'],
  ])('9: a SAML response in %s is none', async (_how, body) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const reply = await ask(gateway.origin, '/sso/acs/okta?SAMLResponse=PHg%2B', {
      method: 'POST',
      headers,
      body,
    });
    expect(reply.status).toBe(400);
    expect(reply.setCookies).toEqual([]);
  });
});
