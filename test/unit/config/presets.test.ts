import { afterAll, describe, expect, it } from '@jest/globals';
import { presetNames } from '../../../src/config/index.ts';
import { configOf, load, removeConfigs, smallGateway } from '../../support/config-files.ts';

afterAll(removeConfigs);

const tenant = '11111111-2222-3333-4444-555555555555';

/** What an administrator writes, and the issuer that follows. */
const issuers: readonly (readonly [string, string, string])[] = [
  ['microsoft', `tenant: ${tenant}`, `https://login.microsoftonline.com/${tenant}/v2.0`],
  ['microsoft', `tenants: [${tenant}]`, 'https://login.microsoftonline.com/organizations/v2.0'],
  ['okta', 'domain: acme.okta.com', 'https://acme.okta.com'],
  ['okta', 'issuer: https://acme.okta.com/oauth2/default', 'https://acme.okta.com/oauth2/default'],
  ['google', '', 'https://accounts.google.com'],
  ['onelogin', 'domain: acme.onelogin.com', 'https://acme.onelogin.com/oidc/2'],
  ['jumpcloud', '', 'https://oauth.id.jumpcloud.com/'],
  ['pingone', `environment: ${tenant}`, `https://auth.pingone.com/${tenant}/as`],
  ['pingone', `environment: ${tenant}\nregion: eu`, `https://auth.pingone.eu/${tenant}/as`],
  ['pingfederate', 'domain: sso.acme.example:9031', 'https://sso.acme.example:9031'],
  ['keycloak', 'domain: kc.acme.example\nrealm: acme', 'https://kc.acme.example/realms/acme'],
  ['auth0', 'domain: acme.eu.auth0.com', 'https://acme.eu.auth0.com/'],
  ['adfs', 'domain: fs.acme.example', 'https://fs.acme.example/adfs'],
  ['oidc', 'issuer: https://idp.acme.example/x/', 'https://idp.acme.example/x/'],
];

/** What an administrator writes for SAML, and the metadata address that follows. */
const metadata: readonly (readonly [string, string, string])[] = [
  [
    'microsoft',
    `tenant: ${tenant}`,
    `https://login.microsoftonline.com/${tenant}/federationmetadata/2007-06/federationmetadata.xml`,
  ],
  [
    'keycloak',
    'domain: kc.acme.example\nrealm: acme',
    'https://kc.acme.example/realms/acme/protocol/saml/descriptor',
  ],
  [
    'adfs',
    'domain: fs.acme.example',
    'https://fs.acme.example/FederationMetadata/2007-06/FederationMetadata.xml',
  ],
];

const provider = async (text: string) => {
  const config = await configOf({ 'gateway.yaml': smallGateway, 'providers/p.yaml': text });
  return config.providers[0];
};

describe('a preset', () => {
  it.each(issuers)('knows the issuer: %s with %j', async (preset, keys, issuer) => {
    const built = await provider(`preset: ${preset}\n${keys}\nclientId: c\nclientSecret: s\n`);
    expect(built).toMatchObject({ protocol: 'oidc', preset, issuer });
    if (built?.protocol !== 'oidc') throw new Error('not OIDC');
    expect(built.scopes[0]).toBe('openid');
    expect(built.claims.subject).not.toHaveLength(0);
    // An ID token is never accepted with a shared key or without a signature.
    expect(built.idTokenAlgs.filter((alg) => !/^(RS|PS|ES)(256|384|512)$|^Ed/.test(alg))).toEqual([]);
  });

  it.each(metadata)('knows the address of the SAML metadata: %s with %j', async (preset, keys, url) => {
    const built = await provider(`preset: ${preset}\nprotocol: saml\n${keys}\n`);
    expect(built).toMatchObject({ protocol: 'saml', preset, idp: { from: 'url', url } });
  });

  it('that has a SAML side takes metadata from the file', async () => {
    for (const preset of presetNames.filter((name) => name !== 'oidc')) {
      const built = await provider(
        `preset: ${preset}\nprotocol: saml\nmetadata: { url: https://idp.example/${preset} }\n`,
      );
      if (built?.protocol !== 'saml') throw new Error('not SAML');
      expect(built.idp).toEqual({ from: 'url', url: `https://idp.example/${preset}`, entityId: undefined });
      expect(built.entityId).toBe('https://sso.acme.example/sso/metadata/p');
      expect(built.signing).toBeUndefined();
      expect(built.attributes.subject).not.toHaveLength(0);
      expect(built.allowWeak).toEqual([]);
      expect(built.allowUnsolicited).toBe(false);
    }
  });

  it('for Microsoft knows people by the object id, never by an address', async () => {
    const oidc = await provider(`preset: microsoft\ntenant: ${tenant}\nclientId: c\nclientSecret: s\n`);
    const saml = await provider(`preset: microsoft\nprotocol: saml\ntenant: ${tenant}\n`);
    expect(oidc).toMatchObject({ claims: { subject: ['oid'] }, trustEmail: false });
    expect(saml).toMatchObject({
      attributes: { subject: ['http://schemas.microsoft.com/identity/claims/objectidentifier'] },
    });
  });

  it('for plain SAML asks for both signatures', async () => {
    const built = await provider('preset: saml\nmetadata: { url: https://idp.example }\n');
    expect(built).toMatchObject({ wantSigned: 'both', label: 'P' });
  });

  it('gives way to the file, key by key', async () => {
    const built = await provider(`preset: okta
domain: acme.okta.com
label: Work
clientId: c
clientSecret: s
clientAuth: client_secret_post
scopes: [email, offline_access]
claims: { userName: [login, email], email: mail }
groups: { claims: [a, b] }
idTokenAlgs: [ES256]
clockTolerance: 5s
`);
    expect(built).toMatchObject({
      label: 'Work',
      clientAuth: { method: 'client_secret_post' },
      scopes: ['openid', 'email', 'offline_access'],
      claims: { subject: ['sub'], userName: ['login', 'email'], email: ['mail'], displayName: ['name'] },
      groups: { claims: ['a', 'b'] },
      idTokenAlgs: ['ES256'],
      clockTolerance: 5_000,
    });
  });

  it('says what is missing for every product', async () => {
    for (const preset of presetNames) {
      const { problems } = await load({
        'gateway.yaml': smallGateway,
        'providers/p.yaml': `preset: ${preset}\n`,
      });
      expect(problems.length).toBeGreaterThan(0);
      expect(problems.every(({ message }) => message.startsWith('missing; expected'))).toBe(true);
    }
  });
});
