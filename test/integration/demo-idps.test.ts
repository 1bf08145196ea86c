import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SAML, ValidateInResponseTo } from '@node-saml/node-saml';
import * as oidc from 'openid-client';
import { keptCertifiedKey, newSigningJwk, type CertifiedKey } from '../../demo/idp/keys.ts';
import { createOidcIdp } from '../../demo/idp/oidc.ts';
import { createSamlIdp } from '../../demo/idp/saml.ts';
import { ScriptedBrowser, type ScriptedPage } from '../../demo/scripted-browser.ts';

const password = 'doorward';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function listen(server: Server, port: number): Promise<Server> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const open: Server[] = [];
afterAll(() => {
  for (const server of open) {
    server.close();
    server.closeAllConnections();
  }
});

describe("the demo's OpenID provider", () => {
  let client: oidc.Configuration;
  let redirectUri: string;
  let relyingParty: Server;

  beforeAll(async () => {
    relyingParty = await listen(
      createServer((_req, res) => res.end('back')),
      0,
    );
    open.push(relyingParty);
    redirectUri = `http://localhost:${(relyingParty.address() as AddressInfo).port}/callback`;
    const port = await freePort();
    const issuer = `http://localhost:${port}`;
    const idp = createOidcIdp({
      issuer,
      clientId: 'doorward',
      clientSecret: 'a-secret-of-the-test-and-nothing-else',
      redirectUri,
      postLogoutRedirectUris: [],
      jwk: JSON.parse(newSigningJwk()),
      cookieSecret: 'cookie-secret-of-the-test',
    });
    open.push(await listen(idp, port));
    client = await oidc.discovery(
      new URL(issuer),
      'doorward',
      undefined,
      oidc.ClientSecretPost('a-secret-of-the-test-and-nothing-else'),
      { execute: [oidc.allowInsecureRequests] },
    );
  });

  async function signIn(fields: Record<string, string>): Promise<{ page: ScriptedPage; verifier: string }> {
    const verifier = oidc.randomPKCECodeVerifier();
    const url = oidc.buildAuthorizationUrl(client, {
      redirect_uri: redirectUri,
      scope: 'openid profile email',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: 'the-state',
      nonce: 'the-nonce',
    });
    const browser = new ScriptedBrowser();
    const page = await browser.submit(await browser.open(url), fields);
    return { page, verifier };
  }

  async function claimsOf(userName: string): Promise<Record<string, unknown>> {
    const { page, verifier } = await signIn({ userName, password });
    const tokens = await oidc.authorizationCodeGrant(client, page.url, {
      pkceCodeVerifier: verifier,
      expectedState: 'the-state',
      expectedNonce: 'the-nonce',
    });
    return { ...tokens.claims() };
  }

  it('gives the groups and the name of Łukasz Müller as they are', async () => {
    expect(await claimsOf('lukasz')).toMatchObject({
      name: 'Łukasz Müller',
      email_verified: true,
      groups: ['Data Engineering', 'a,b'],
    });
  });

  it('sends no groups claim at all for somebody who has none', async () => {
    const claims = await claimsOf('chloe');
    expect(claims['name']).toBe('Chloé Martin');
    expect(claims).not.toHaveProperty('groups');
  });

  it('answers access_denied for a disabled account and for somebody who cancels', async () => {
    const disabled = await signIn({ userName: 'dan', password });
    expect(disabled.page.url.searchParams.get('error')).toBe('access_denied');
    expect(disabled.page.url.searchParams.get('error_description')).toContain('AADSTS50057');
    const cancelled = await signIn({ cancel: '1' });
    expect(cancelled.page.url.searchParams.get('error')).toBe('access_denied');
  });

  it('shows the page again after a wrong password', async () => {
    const { page } = await signIn({ userName: 'ana', password: 'wrong' });
    expect(page.status).toBe(401);
    expect(page.body).toContain('do not match');
  });
});

describe("the demo's SAML identity provider", () => {
  let directory: string;
  let saml: SAML;
  let idpUrl: string;
  let spKey: CertifiedKey;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'doorward-idps-'));
    const key = await keptCertifiedKey(join(directory, 'idp'), 'demo IdP');
    spKey = await keptCertifiedKey(join(directory, 'sp'), 'demo SP');
    const sp = await listen(
      createServer((req, res) =>
        res.end(
          req.url === '/metadata' ? saml.generateServiceProviderMetadata(null, spKey.certificatePem) : 'back',
        ),
      ),
      0,
    );
    open.push(sp);
    const spUrl = `http://localhost:${(sp.address() as AddressInfo).port}`;
    const port = await freePort();
    idpUrl = `http://localhost:${port}`;
    open.push(
      await listen(createSamlIdp({ baseUrl: idpUrl, spMetadataUrl: `${spUrl}/metadata`, key }), port),
    );
    saml = new SAML({
      callbackUrl: `${spUrl}/acs`,
      entryPoint: `${idpUrl}/sso`,
      issuer: `${spUrl}/metadata`,
      audience: `${spUrl}/metadata`,
      idpIssuer: `${idpUrl}/metadata`,
      idpCert: key.certificatePem,
      privateKey: spKey.privateKeyPem,
      signatureAlgorithm: 'sha256',
      digestAlgorithm: 'sha256',
      wantAssertionsSigned: true,
      wantAuthnResponseSigned: true,
      validateInResponseTo: ValidateInResponseTo.always,
      identifierFormat: null,
    });
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  async function response(fields: Record<string, string>): Promise<{ SAMLResponse: string; xml: string }> {
    const browser = new ScriptedBrowser();
    const page = await browser.open(await saml.getAuthorizeUrlAsync('the-relay-state', undefined, {}));
    const answer = await browser.submit(page, fields);
    const SAMLResponse = /name="SAMLResponse" value="([^"]+)"/.exec(answer.body)?.[1];
    expect(answer.body).toContain('name="RelayState" value="the-relay-state"');
    if (SAMLResponse === undefined) throw new Error(answer.body);
    return { SAMLResponse, xml: Buffer.from(SAMLResponse, 'base64').toString('utf8') };
  }

  it('signs response and assertion, and gives the groups of Łukasz Müller as they are', async () => {
    const { SAMLResponse, xml } = await response({ userName: 'lukasz', password });
    expect(xml.match(/<ds:Signature\b/g)).toHaveLength(2);
    expect(xml.match(/xmldsig-more#rsa-sha256/g)).toHaveLength(2);
    const { profile } = await saml.validatePostResponseAsync({ SAMLResponse });
    expect(profile).toMatchObject({
      nameID: expect.stringMatching(/^[0-9a-f-]{36}$/),
      displayName: 'Łukasz Müller',
      groups: ['Data Engineering', 'a,b'],
    });
  });

  it('sends no groups attribute for somebody who has none', async () => {
    const { SAMLResponse } = await response({ userName: 'chloe', password });
    const { profile } = await saml.validatePostResponseAsync({ SAMLResponse });
    expect(profile).not.toHaveProperty('groups');
  });

  it('refuses a disabled account with a signed status and no assertion', async () => {
    const { xml } = await response({ userName: 'dan', password });
    expect(xml).toContain('urn:oasis:names:tc:SAML:2.0:status:Responder');
    expect(xml).toContain('The user account is disabled.');
    expect(xml.match(/<ds:Signature\b/g)).toHaveLength(1);
    expect(xml).not.toContain('<saml:Assertion');
  });

  it('turns away a request that was changed after it was signed', async () => {
    const url = new URL(await saml.getAuthorizeUrlAsync('the-relay-state', undefined, {}));
    url.searchParams.set('RelayState', 'another');
    const page = await new ScriptedBrowser().open(url);
    expect(page.status).toBe(400);
    expect(page.body).toContain('could not be verified');
  });
});
