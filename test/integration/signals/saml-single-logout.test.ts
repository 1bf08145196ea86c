import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { IdentityProvider, ServiceProvider, setSchemaValidator } from 'samlify';
import { CookieBrowser, isIn, startGateway, type Gateway } from '../../support/gateway.ts';
import { createSamlIdp, type SamlIdp } from '../../support/saml-idp.ts';
import { samlKey } from '../../support/saml-keys.ts';
import { samlConfig } from '../../support/saml-provider.ts';

setSchemaValidator({ validate: () => Promise.resolve('not checked') });

const entityId = 'https://idp.acme.example/saml';
const slo = 'https://idp.acme.example/slo';
const bindings = {
  redirect: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
  post: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
} as const;

let folder: string;
let gateway: Gateway;
let browser: CookieBrowser;
/** By the gateway's provider: `okta` offers its SLO by redirect, `posts` by POST only. */
const idps = new Map<string, SamlIdp>();
let metadata: string;

/** The identity provider of the logout half, and our gateway as it sees it. */
function peers(binding: keyof typeof bindings, provider: string) {
  const key = samlKey('idp');
  const idp = IdentityProvider({
    entityID: `${entityId}/${provider}`,
    privateKey: key.privateKeyPem,
    signingCert: key.certificatePem,
    wantLogoutRequestSigned: true,
    wantLogoutResponseSigned: true,
    requestSignatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    singleSignOnService: [{ Binding: bindings.redirect, Location: `${entityId}/sso` }],
    singleLogoutService: [{ Binding: bindings[binding], Location: slo }],
    nameIDFormat: ['urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'],
  });
  const sp = ServiceProvider({
    metadata: metadata.replaceAll('/okta', `/${provider}`),
    wantLogoutRequestSigned: true,
    wantLogoutResponseSigned: true,
  });
  return { idp, sp };
}

beforeAll(async () => {
  const provider = (id: string, sloByPost: boolean) => {
    const xml = IdentityProvider({
      entityID: `${entityId}/${id}`,
      signingCert: samlKey('idp').certificatePem,
      singleSignOnService: [{ Binding: bindings.redirect, Location: `${entityId}/sso` }],
      singleLogoutService: [{ Binding: sloByPost ? bindings.post : bindings.redirect, Location: slo }],
    }).getMetadata();
    return { id, xml };
  };
  folder = mkdtempSync(join(tmpdir(), 'doorward-slo-'));
  gateway = await startGateway({
    providers: (baseUrl) =>
      [provider('okta', false), provider('posts', true)].map(({ id, xml }) => {
        const path = join(folder, `${id}.xml`);
        writeFileSync(path, xml);
        return samlConfig({
          id,
          idp: { from: 'file', path, entityId: undefined },
          entityId: `${baseUrl}/sso/metadata/${id}`,
          signing: samlKey('sp'),
        });
      }),
  });
  metadata = await (await fetch(`${gateway.baseUrl}/sso/metadata/okta`)).text();
  for (const id of ['okta', 'posts']) {
    idps.set(
      id,
      createSamlIdp({
        entityId: `${entityId}/${id}`,
        ssoUrl: `${entityId}/sso`,
        spMetadata: metadata.replaceAll('/okta', `/${id}`),
      }),
    );
  }
});
afterAll(async () => {
  await gateway.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  browser = new CookieBrowser();
});

async function logIn(who = browser, id = 'okta', sessionIndex = '_s1'): Promise<void> {
  const idp = idps.get(id)!;
  const started = await who.ask(`${gateway.baseUrl}/sso/login/${id}`);
  const asked = await idp.read(started.headers.get('location') ?? '');
  const { action, ...fields } = await idp.login(asked, { nameId: 'ann@acme.example' }, { sessionIndex });
  const response = await who.ask(action, { method: 'POST', body: new URLSearchParams(fields) });
  expect(response.status).toBe(303);
  expect(await isIn(who, gateway)).toBe(true);
}
const signOut = (who = browser) =>
  who.ask(`${gateway.baseUrl}/sso/logout`, { method: 'POST', headers: { origin: gateway.baseUrl } });
const parsed = (url: string) => {
  const { search, searchParams } = new URL(url);
  return {
    query: Object.fromEntries(searchParams),
    octetString: search.slice(1).replace(/&Signature=.*$/, ''),
  };
};
const fieldsOf = (html: string): Record<string, string> =>
  Object.fromEntries(
    [...html.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      value
        .replaceAll('&quot;', '"')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&amp;', '&'),
    ]),
  );

describe('our metadata', () => {
  it('names the address for logout messages, by both bindings', () => {
    const { sp } = peers('redirect', 'okta');
    expect(sp.entityMeta.getSingleLogoutService('redirect')).toBe(`${gateway.baseUrl}/sso/slo/okta`);
    expect(sp.entityMeta.getSingleLogoutService('post')).toBe(`${gateway.baseUrl}/sso/slo/okta`);
  });
});

describe('single logout that begins here', () => {
  it('ends the session here, then goes on with a signed LogoutRequest that the identity provider can verify', async () => {
    await logIn();
    const response = await signOut();
    expect(response.status).toBe(303);
    expect(await isIn(browser, gateway)).toBe(false);
    const { idp, sp } = peers('redirect', 'okta');
    const url = response.headers.get('location') ?? '';
    expect(url.startsWith(`${slo}?SAMLRequest=`)).toBe(true);
    const { extract } = await idp.parseLogoutRequest(sp, 'redirect', parsed(url));
    expect(extract).toMatchObject({
      issuer: `${gateway.baseUrl}/sso/metadata/okta`,
      nameID: 'ann@acme.example',
      sessionIndex: '_s1',
      request: { destination: slo },
    });
    // And not when one byte of it is another.
    const forged = url.replace('SAMLRequest=', 'SAMLRequest=A');
    await expect(idp.parseLogoutRequest(sp, 'redirect', parsed(forged))).rejects.toThrow();
  });

  it('takes the signed response to it, once, and shows the signed-out page', async () => {
    await logIn();
    const url = (await signOut()).headers.get('location') ?? '';
    const { idp, sp } = peers('redirect', 'okta');
    const { extract } = await idp.parseLogoutRequest(sp, 'redirect', parsed(url));
    const { context } = idp.createLogoutResponse(sp, { extract }, 'redirect', '');
    const back = await browser.go(context);
    expect(new URL(back.url).pathname).toBe('/sso/signed-out');
    expect(back.response.status).toBe(200);
    expect((await browser.ask(context)).status).toBe(400);
  });

  it('goes on by a form that posts itself where the identity provider takes no redirect', async () => {
    await logIn(browser, 'posts');
    const page = await browser.ask(`${gateway.baseUrl}/sso/logout`);
    expect(page.headers.get('content-security-policy')).toContain(
      "form-action 'self' https://idp.acme.example;",
    );
    const response = await signOut();
    expect(response.status).toBe(200);
    expect(await isIn(browser, gateway)).toBe(false);
    expect(response.headers.get('content-security-policy')).toMatch(
      /script-src 'sha256-[\w+/=]+';form-action https:\/\/idp\.acme\.example;/,
    );
    const html = await response.text();
    expect(html).toContain(`action="${slo}"`);
    const { idp, sp } = peers('post', 'posts');
    const { extract } = await idp.parseLogoutRequest(sp, 'post', { body: fieldsOf(html) });
    expect(extract).toMatchObject({ nameID: 'ann@acme.example', sessionIndex: '_s1' });
    const changed = Buffer.from(fieldsOf(html)['SAMLRequest'] ?? '', 'base64')
      .toString()
      .replace('ann@', 'bob@');
    const body = { SAMLRequest: Buffer.from(changed).toString('base64') };
    await expect(idp.parseLogoutRequest(sp, 'post', { body })).rejects.toThrow();
  });
});

describe('single logout that begins at the identity provider', () => {
  it('by redirect: ends the sessions of the name, and answers with a response that it can verify', async () => {
    const other = new CookieBrowser();
    await logIn(browser, 'okta', '_s1');
    await logIn(other, 'posts', '_s1');
    const { idp, sp } = peers('redirect', 'okta');
    const { context, id } = idp.createLogoutRequest(
      sp,
      'redirect',
      { logoutNameID: 'ann@acme.example' },
      'theirs',
    );
    const response = await new CookieBrowser().ask(context);
    expect(response.status).toBe(303);
    expect(await isIn(browser, gateway)).toBe(false);
    // The same name by another provider is another person's affair.
    expect(await isIn(other, gateway)).toBe(true);
    const url = response.headers.get('location') ?? '';
    expect(new URL(url).searchParams.get('RelayState')).toBe('theirs');
    const { extract } = await idp.parseLogoutResponse(sp, 'redirect', parsed(url));
    expect(extract).toMatchObject({
      response: { inResponseTo: id, destination: slo },
      issuer: `${gateway.baseUrl}/sso/metadata/okta`,
    });
  });

  it('by POST: ends the sessions, and answers by POST where that is all there is', async () => {
    await logIn(browser, 'posts');
    const { idp, sp } = peers('post', 'posts');
    const made = idp.createLogoutRequest(
      sp,
      'post',
      { logoutNameID: 'ann@acme.example', sessionIndex: '_s1' },
      'theirs',
    );
    const response = await fetch(`${gateway.baseUrl}/sso/slo/posts`, {
      method: 'POST',
      body: new URLSearchParams({ SAMLRequest: made.context, RelayState: 'theirs' }),
    });
    expect(response.status).toBe(200);
    expect(await isIn(browser, gateway)).toBe(false);
    const fields = fieldsOf(await response.text());
    expect(fields['RelayState']).toBe('theirs');
    const { extract } = await idp.parseLogoutResponse(sp, 'post', { body: fields });
    expect(extract.response).toMatchObject({ inResponseTo: made.id });
    expect((await gateway.events('session.ended')).at(-1)).toMatchObject({
      cause: 'idp_logout',
      actor: { kind: 'idp', name: 'posts' },
    });
  });
});
