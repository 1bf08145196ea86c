import { describe, expect, it } from '@jest/globals';
import { createEntityIdClaims, createIdp } from '../../../../src/providers/saml/idp/index.ts';
import { parseIdpMetadata } from '../../../../src/providers/saml/idp/metadata.ts';
import { silentLog } from '../../../../src/identity/index.ts';
import { samlKey } from '../../../support/saml-keys.ts';
import { samlConfig } from '../../../support/saml-provider.ts';

const body = (name: 'idp' | 'idp-next'): string =>
  samlKey(name).certificatePem.replaceAll(/-----[A-Z ]+-----|\s/g, '');
const key = (name: 'idp' | 'idp-next', use = ' use="signing"'): string =>
  `<KeyDescriptor${use}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n${body(name)}\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>`;
const endpoint = (service: string, way: string, location: string): string =>
  `<${service} Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-${way}" Location="${location}"/>`;
const sso =
  endpoint('SingleSignOnService', 'POST', 'https://i.example/post') +
  endpoint('SingleSignOnService', 'Redirect', 'https://i.example/redirect');
const any = { entityId: undefined };
const names = 'xmlns="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"';
const entity = (id: string, content: string, attributes = ''): string =>
  `<EntityDescriptor ${names} entityID="${id}"${attributes}><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${content}</IDPSSODescriptor></EntityDescriptor>`;

describe('metadata of an identity provider', () => {
  it('gives the entity id, the endpoints and every certificate that may sign', () => {
    const slo = endpoint('SingleLogoutService', 'Redirect', 'https://i.example/slo');
    const xml = entity(
      'https://i.example',
      key('idp') + key('idp-next', '') + key('idp-next', ' use="encryption"') + slo + sso,
      ' validUntil="2030-01-01T00:00:00Z"',
    );
    expect(parseIdpMetadata(`\uFEFF<?xml version="1.0" encoding="UTF-8"?>\n${xml}`, any)).toEqual({
      entityId: 'https://i.example',
      ssoRedirectUrl: 'https://i.example/redirect',
      ssoPostUrl: 'https://i.example/post',
      sloRedirectUrl: 'https://i.example/slo',
      sloPostUrl: undefined,
      certificates: [samlKey('idp').certificatePem, samlKey('idp-next').certificatePem],
      validUntil: Date.UTC(2030, 0, 1),
    });
  });

  it('finds the entity that the file names among several', () => {
    const xml = `<EntitiesDescriptor ${names}>${entity('https://a.example', key('idp') + sso)}<EntitiesDescriptor>${entity('https://b.example', key('idp-next') + sso)}</EntitiesDescriptor></EntitiesDescriptor>`;
    expect(parseIdpMetadata(xml, { entityId: 'https://b.example' }).certificates).toEqual([
      samlKey('idp-next').certificatePem,
    ]);
    expect(() => parseIdpMetadata(xml, any)).toThrow(
      expect.objectContaining({ detail: 'saml.metadata.several_entities' }),
    );
    expect(() => parseIdpMetadata(xml, { entityId: 'https://c.example' })).toThrow(
      expect.objectContaining({ detail: 'saml.metadata.no_entity' }),
    );
  });

  it.each([
    ['a DOCTYPE', `<!DOCTYPE x>${entity('https://a.example', key('idp') + sso)}`, 'xml.doctype'],
    [
      'no certificate',
      entity('https://a.example', key('idp', ' use="encryption"') + sso),
      'metadata.no_certificate',
    ],
    [
      'a certificate that is none',
      entity('https://a.example', key('idp').replace(body('idp'), 'AAAA') + sso),
      'metadata.certificate',
    ],
    [
      'a service provider only',
      `<EntityDescriptor ${names} entityID="x"><SPSSODescriptor/></EntityDescriptor>`,
      'metadata.no_entity',
    ],
    [
      'SAML 1.1 only',
      entity('https://a.example', key('idp') + sso).replace('SAML:2.0:protocol', 'SAML:1.1:protocol'),
      'metadata.no_idp',
    ],
    ['another document', '<html/>', 'metadata.root'],
  ])('is refused with %s', (_words, xml, label) => {
    expect(() => parseIdpMetadata(xml, any)).toThrow(expect.objectContaining({ detail: `saml.${label}` }));
  });
});

describe('an identity provider', () => {
  const options = { now: () => 0, log: silentLog, fetch: () => Promise.reject(new Error('no network here')) };
  const inline = {
    from: 'inline',
    entityId: 'https://i.example',
    sloUrl: undefined,
    certificates: [samlKey('idp').certificatePem],
  } as const;

  it('is spoken for by one file only, the first', async () => {
    const claims = createEntityIdClaims();
    const [one, two] = ['one', 'two'].map((id) =>
      createIdp(samlConfig({ id, idp: { ...inline, ssoUrl: 'https://i.example' } }), claims, options),
    );
    await expect(two?.current()).rejects.toMatchObject({
      code: 'idp_unavailable',
      detail: 'saml.metadata.entity_id_taken',
    });
    await expect(one?.current()).resolves.toMatchObject({ entityId: 'https://i.example' });
  });

  it.each([
    ['javascript:alert(1)', false, undefined],
    ['http://i.example', false, undefined],
    ['http://i.example', true, 'http://i.example'],
    ['javascript:alert(1)', true, undefined],
    ['/sso', false, undefined],
    ['https://i.example', false, 'https://i.example'],
  ])('at %s, insecure allowed: %s, is taken for %s', async (ssoUrl, allowInsecure, expected) => {
    const idp = createIdp(
      samlConfig({ allowInsecure, idp: { ...inline, ssoUrl } }),
      createEntityIdClaims(),
      options,
    );
    expect((await idp.current()).ssoRedirectUrl).toBe(expected);
  });
});
