import { describe, expect, it } from '@jest/globals';
import { SPMetadata } from 'samlify';
import { spMetadata } from '../../../../src/providers/saml/sp-metadata.ts';
import { withXml } from '../../../../src/providers/saml/xml/document.ts';
import { samlKey } from '../../../support/saml-keys.ts';

const sp = {
  entityId: 'https://catalog.example/?a=1&b="<2>"',
  acsUrl: 'https://catalog.example/sso/acs/okta',
  signingCertificates: [samlKey('sp').certificatePem, samlKey('idp-next').certificatePem],
  encryptionCertificates: [samlKey('sp').certificatePem],
  nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  wantAssertionsSigned: true,
};

describe('our metadata', () => {
  it("says what an identity provider's software needs", () => {
    const read = SPMetadata(spMetadata(sp));
    expect(read.getEntityID()).toBe(sp.entityId);
    expect(read.getAssertionConsumerService('post')).toBe(sp.acsUrl);
    expect(read.isAuthnRequestSigned()).toBe(true);
    expect(read.isWantAssertionsSigned()).toBe(true);
    expect(read.getX509Certificate('signing')).toHaveLength(2);
    expect(read.getNameIDFormat()).toBe(sp.nameIdFormat);
  });

  it('offers authenticated encryption only', () => {
    const xml = spMetadata(sp);
    expect(xml).toContain('xmlenc11#aes256-gcm');
    expect(xml).not.toMatch(/cbc|rsa-1_5|sha1/);
  });

  it('is well-formed and says less where there is less', () => {
    const xml = spMetadata({
      ...sp,
      signingCertificates: [],
      encryptionCertificates: [],
      nameIdFormat: undefined,
    });
    expect(withXml(xml, (root) => root.name)).toBe('EntityDescriptor');
    expect(xml).toContain('AuthnRequestsSigned="false"');
    expect(xml).not.toMatch(/KeyDescriptor|NameIDFormat/);
  });

  it('is the same text every time, so that nobody sees a change where there is none', () => {
    expect(spMetadata(sp)).toBe(spMetadata(sp));
  });
});
