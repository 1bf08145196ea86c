import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLog } from '../../../src/identity/index.ts';
import { createProviders, type Provider } from '../../../src/providers/index.ts';
import { oidcConfig } from '../../support/oidc-rp.ts';
import { ask } from '../../support/saml-ask.ts';
import { samlKey } from '../../support/saml-keys.ts';
import { fixtureBase, samlConfig } from '../../support/saml-provider.ts';

/**
 * An identity provider, or whoever took its metadata over, that calls itself by another's name: people are known by
 * (issuer, subject), so that it could vouch for the people of the other.
 */
describe('an identity provider that takes another’s name', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'doorward-entity-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const publish = (name: string, entityId: string): string => {
    const path = join(folder, `${name}.xml`);
    const body = samlKey('attacker').certificatePem.replaceAll(/-----[A-Z ]+-----|\s/g, '');
    writeFileSync(
      path,
      `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${body}</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.evil.example/${String(Math.random()).slice(2)}"/></IDPSSODescriptor></EntityDescriptor>`,
    );
    return path;
  };
  const start = async (provider: Provider | undefined): Promise<unknown> => {
    if (provider === undefined) throw new Error('no provider');
    const options = { session: false, step: 'start', browser: 'b'.repeat(43), returnTo: undefined } as const;
    return ask(provider, { method: 'GET', headers: {}, query: {} }, options);
  };
  const providersOf = (path: string, oidc: Parameters<typeof oidcConfig>[0]) =>
    createProviders(
      {
        baseUrl: fixtureBase,
        prefix: '/sso',
        login: { timeout: 600_000, maxPerMinutePerAddress: 60, maxPerMinutePerProvider: 60 },
        providers: [
          samlConfig({ id: 'evil', idp: { from: 'file', path, entityId: undefined } }),
          oidcConfig(oidc),
        ],
      },
      {
        transient: {
          put: () => Promise.resolve(),
          take: () => Promise.resolve(undefined),
          addOnce: () => Promise.resolve(true),
        },
        log: silentLog,
        now: Date.now,
      },
    );

  it.each([
    [
      'of an OpenID provider',
      'https://accounts.google.example',
      { issuer: 'https://accounts.google.example' },
    ],
    [
      'of a tenant of Entra that is on the list of an OpenID provider',
      'https://login.microsoftonline.com/11111111-aaaa-4111-8111-111111111111/v2.0',
      {
        issuer: 'https://login.microsoftonline.com/organizations/v2.0',
        tenants: ['11111111-AAAA-4111-8111-111111111111'],
      },
    ],
  ])('13: the name %s is refused', async (what, entityId, oidc) => {
    const providers = providersOf(publish(what.replaceAll(/\W/g, ''), entityId), oidc);
    await expect(start(providers.get('evil'))).rejects.toMatchObject({
      code: 'idp_unavailable',
      detail: 'saml.metadata.entity_id_taken',
    });
    for (const each of providers.values()) await each.close();
  });

  it('13: a name that changes while the gateway runs is refused until somebody has looked at it', async () => {
    const path = publish('changing', 'https://idp.evil.example');
    const providers = providersOf(path, { issuer: 'https://op.example' });
    await expect(start(providers.get('evil'))).resolves.toMatchObject({ kind: 'redirect' });
    // A file's time has a grain: two writes in one millisecond are one.
    await new Promise((resolve) => setTimeout(resolve, 20));
    publish('changing', 'https://idp.victim.example');
    await expect(start(providers.get('evil'))).rejects.toMatchObject({
      code: 'idp_unavailable',
      detail: 'saml.metadata.entity_id_changed',
    });
    for (const each of providers.values()) await each.close();
  });
});
