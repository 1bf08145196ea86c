import { describe, expect, it } from '@jest/globals';
import { readIdpMetadata } from '../../../src/providers/saml/idp/reader.ts';
import { enveloped, exclusive } from '../../fixtures/saml/sign.ts';
import { samlKey } from '../../support/saml-keys.ts';
import { federationOf, idpEntity, signMetadata, type SignMetadata } from '../../support/saml-metadata.ts';

const ours = 'https://idp.acme.example';
const members = [idpEntity('https://a.example'), idpEntity(ours, { keys: ['idp', 'idp-next'] })];
const signedBy = [samlKey('sp').certificatePem];
const read = (
  xml: string,
  by: readonly string[] | undefined = signedBy,
  entityId: string | undefined = ours,
) => readIdpMetadata(xml, { entityId, signedBy: by });
const signed = (options: SignMetadata = {}, xml = federationOf(members)): string =>
  signMetadata(xml, { key: 'sp', ...options });

describe('metadata that a federation signs', () => {
  it('give the member that the file names, with every certificate of it', async () => {
    await expect(read(signed())).resolves.toMatchObject({
      entityId: ours,
      ssoRedirectUrl: `${ours}/sso`,
      certificates: [samlKey('idp').certificatePem, samlKey('idp-next').certificatePem],
    });
  });

  it('may be of one member alone, as a metadata query (MDQ) answers', async () => {
    const one = signed({}, idpEntity(ours, { attributes: ' ID="all"' }));
    await expect(read(one, signedBy, undefined)).resolves.toMatchObject({ entityId: ours });
  });

  it('are believed from any of the certificates that the file names, the old and the next', async () => {
    const both = [samlKey('idp-next').certificatePem, ...signedBy];
    await expect(read(signed(), both)).resolves.toMatchObject({ entityId: ours });
    await expect(read(signed({ key: 'idp-next' }), both)).resolves.toMatchObject({ entityId: ours });
  });

  it('are as good for the time that the whole document names', async () => {
    const xml = federationOf(
      [idpEntity(ours, { attributes: ' validUntil="2031-01-01T00:00:00Z" cacheDuration="PT2H30M"' })],
      ' validUntil="2030-01-01T00:00:00Z" cacheDuration="P1DT1S"',
    );
    await expect(read(signed({}, xml))).resolves.toMatchObject({
      validUntil: Date.UTC(2030, 0, 1),
      cacheDuration: 9_000_000,
    });
  });

  it('are read in a thread of their own when they are many, and judged there as well', async () => {
    const many = Array.from({ length: 120 }, (_, index) => idpEntity(`https://m${index}.example`));
    const xml = signed({}, federationOf([...many, idpEntity(ours)]));
    expect(xml.length).toBeGreaterThan(131_072);
    await expect(read(xml)).resolves.toMatchObject({ entityId: ours });
    await expect(read(xml.replace('m7.example', 'm8.example'))).rejects.toMatchObject({
      code: 'login_rejected',
      detail: 'saml.signature.digest',
    });
  });

  const evil = idpEntity(ours, { keys: ['attacker'] });
  const inner = idpEntity(ours, { attributes: ' ID="all"' });
  it.each([
    ['nobody signed', () => federationOf(members), 'metadata.unsigned'],
    [
      'somebody else signed, and brings the certificate along',
      () => signed({ key: 'attacker' }),
      'signature.invalid',
    ],
    [
      'were changed afterwards',
      () => signed().replace(`${ours}/sso`, 'https://evil.example/sso'),
      'signature.digest',
    ],
    [
      'got another member',
      () => signed().replace('</EntitiesDescriptor>', `${evil}</EntitiesDescriptor>`),
      'signature.digest',
    ],
    [
      'hide what was signed below a root of somebody else',
      () =>
        federationOf([evil, signed().replace(/^<\?xml.*?\?>\s*/, '')]).replace(' ID="all"', ' ID="other"'),
      'metadata.unsigned',
    ],
    [
      'carry the signature of one member as that of the root',
      () => {
        const [signature = ''] = /<ds:Signature .*<\/ds:Signature>/s.exec(signed({}, inner)) ?? [];
        return federationOf([signature, evil, inner])
          .replace('EntitiesDescriptor xmlns', 'EntitiesDescriptor ID="root" xmlns')
          .replace(' ID="all"', '');
      },
      'signature.reference_elsewhere',
    ],
    [
      'carry the signature of one member as that of a root with the same ID',
      () => {
        const [signature = ''] = /<ds:Signature .*<\/ds:Signature>/s.exec(signed({}, inner)) ?? [];
        return federationOf([signature, evil]);
      },
      'signature.digest',
    ],
    [
      'are signed somewhere in the middle',
      () => signed({ behind: '</EntityDescriptor>' }),
      'signature.place',
    ],
    [
      'are signed twice',
      () => signed().replace(/<ds:Signature .*<\/ds:Signature>/s, (one) => one + one),
      'signature.several',
    ],
    ['are signed over "the whole document"', () => signed({ uri: '' }), 'signature.reference_uri'],
    [
      'are signed with SHA-1',
      () => signed({ signature: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' }),
      'signature.algorithm',
    ],
    [
      'have a digest of SHA-1',
      () => signed({ digest: 'http://www.w3.org/2000/09/xmldsig#sha1' }),
      'signature.digest_algorithm',
    ],
    [
      'have an XPath transform',
      () =>
        signed({
          transforms: `${enveloped}<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>true()</ds:XPath></ds:Transform>${exclusive}`,
        }),
      'signature.shape.Transforms',
    ],
    [
      'have a comment inside the digest',
      () => signed().replace(/<ds:DigestValue>/, '<ds:DigestValue><!-- x -->'),
      'signature.comment',
    ],
    ['are of another member only', () => signed({}, federationOf([members[0] ?? ''])), 'metadata.no_entity'],
    [
      'name the member twice',
      () => signed({}, federationOf([...members, evil])),
      'metadata.several_entities',
    ],
  ])('that %s are not used', async (_words, make, label) => {
    await expect(read(make())).rejects.toMatchObject({ detail: `saml.${label}` });
  });

  it('are not used when none of the keys is strong enough', async () => {
    await expect(
      read(signed({ key: 'idp-weak' }), [samlKey('idp-weak').certificatePem]),
    ).rejects.toMatchObject({ detail: 'saml.metadata.no_usable_key' });
  });
});
