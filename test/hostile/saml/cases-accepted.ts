import type { SamlProviderConfig } from '../../../src/config/index.ts';
import { samlKey } from '../../support/saml-keys.ts';
import { fixtureIdp } from '../../support/saml-provider.ts';
import type { Case } from './judge.ts';

const keys = (...names: ('idp' | 'idp-next' | 'idp-ec')[]): SamlProviderConfig['idp'] => ({
  from: 'inline',
  entityId: fixtureIdp,
  ssoUrl: 'https://idp.acme.example/sso',
  sloUrl: undefined,
  certificates: names.map((name) => samlKey(name).certificatePem),
});
const ann = { issuer: fixtureIdp, subject: 'ann@acme.example' };
const accepted = (
  row: number,
  name: string,
  config: Partial<SamlProviderConfig> = {},
  identity: Case['identity'] = ann,
): Case => ({
  row,
  sentence: `${name.replaceAll('-', ' ')} (and is let in)`,
  document: `valid/${name}`,
  config,
  verdict: 'accepted',
  identity,
});
const groups = (...names: string[]): Case['identity'] => ({ ...ann, groups: { kind: 'present', names } });

/** A lock that lets nobody in is easy: these must get through. */
export const acceptedCases: readonly Case[] = [
  accepted(12, 'both-are-signed', {}, groups('Data Engineering', 'a,b')),
  accepted(12, 'only-the-assertion-is-signed', { wantSigned: 'assertion' }),
  accepted(12, 'only-the-response-is-signed', { wantSigned: 'response' }),
  accepted(12, 'both-are-signed', { wantSigned: 'assertion' }),
  accepted(12, 'both-are-signed', { wantSigned: 'response' }),
  accepted(10, 'signed-with-ecdsa', { idp: keys('idp-ec') }),
  accepted(10, 'signed-with-rsa-sha384'),
  accepted(10, 'signed-with-rsa-sha512'),
  accepted(10, 'signed-with-sha1', { allowWeak: ['sha1'] }),
  accepted(5, 'signed-without-a-certificate-inside'),
  accepted(5, 'a-certificate-inside-that-is-not-pinned'),
  accepted(5, 'signed-with-the-next-key-in-a-rollover', { idp: keys('idp', 'idp-next') }),
  accepted(7, 'canonicalized-with-inclusive-prefixes'),
  accepted(8, 'a-comment-inside-the-name-id', {}, { subject: 'admin@acme.example.evil.example' }),
  accepted(23, 'a-name-id-that-was-made-for-us'),
  accepted(9, 'a-thousand-groups'),
  accepted(11, 'encrypted-with-aes-gcm'),
  accepted(11, 'encrypted-under-a-signed-response-only', { wantSigned: 'response' }),
  accepted(11, 'encrypted-and-signed-only-inside', { wantSigned: 'assertion' }),
  accepted(11, 'encrypted-with-cbc', { allowWeak: ['cbc'] }),
  accepted(11, 'encrypted-with-rsa-1-5', { allowWeak: ['rsa15'] }),
  accepted(19, 'in-response-to-only-on-the-signed-response'),
  accepted(
    23,
    'names-from-all-over-the-world',
    {},
    {
      subject: 'łukasz@żółć.example',
      displayName: 'Łukasz Müller 👩‍🔬',
      groups: { kind: 'present', names: ['Ingénierie', 'データ', 'a&b', '<b>', ' spaced '] },
    },
  ),
  accepted(23, 'an-attribute-named-proto', {}, groups('one')),
  accepted(23, 'a-repeated-attribute-name', {}, groups('one', 'two')),
  accepted(34, 'groups-that-are-named-but-empty', {}, groups()),
  accepted(34, 'no-groups-attribute-at-all', {}, { ...ann, groups: { kind: 'absent' } }),
  accepted(34, 'groups-behind-a-link', {}, { ...ann, groups: { kind: 'overage' } }),
  accepted(
    23,
    'a-transient-name-id-beside-an-employee-number',
    {
      attributes: {
        subject: ['employeeNumber', 'NameID'],
        userName: ['NameID'],
        email: [],
        displayName: [],
        givenName: [],
        familyName: [],
      },
    },
    { subject: 'E-17' },
  ),
  accepted(23, 'two-attribute-statements', {}, groups('one', 'two')),
  accepted(23, 'a-friendly-name-that-is-the-name-of-another', {}, groups('one')),
  accepted(23, 'names-of-attributes-that-are-almost-the-name', {}, groups('one')),
  accepted(23, 'an-attribute-inside-a-value-of-another', {}, groups('one')),
  accepted(23, 'a-value-with-an-element-in-it', {}, groups('one')),
  accepted(23, 'a-value-in-cdata-and-with-a-comment', {}, groups('one', 't<w>o')),
  accepted(23, 'a-value-that-says-it-is-nothing', {}, groups('one')),
  accepted(8, 'a-cdata-section-inside-the-name-id', {}, { subject: 'admin@acme.example.evil.example' }),
  accepted(8, 'character-references-inside-the-name-id'),
  accepted(8, 'look-alike-letters-in-the-name-id', {}, { subject: '\u0430nn@acme.example' }),
  accepted(8, 'a-letter-in-two-pieces-in-the-name-id', {}, { subject: 'jose\u0301@acme.example' }),
  accepted(16, 'two-audiences-of-one-restriction'),
  accepted(16, 'two-restrictions-that-both-name-us'),
  accepted(16, 'for-one-use-and-not-to-be-passed-on'),
  accepted(15, 'one-of-two-confirmations-is-for-somebody-else'),
  accepted(17, 'times-with-fractions'),
  accepted(17, 'times-of-a-zone-that-is-utc'),
  accepted(6, 'attributes-of-xml-itself'),
  accepted(6, 'a-schema-somewhere-else'),
  accepted(5, 'a-key-info-that-points-elsewhere'),
  accepted(5, 'a-key-info-with-nothing-in-it'),
];
