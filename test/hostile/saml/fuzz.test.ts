import { afterAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createSecondLock } from '../../../src/providers/saml/index.ts';
import { fuzzProgress, fuzzRuns } from '../../support/fuzz-progress.ts';
import { judge, readDocument } from './judge.ts';
import { mutate, toText, toTree, type Mutation } from './mutate.ts';

/** More by the environment, for the longer run. */
const numRuns = fuzzRuns(400);
const secondLock = createSecondLock({ threads: 1, queue: 8, timeout: 60_000 });
afterAll(() => secondLock.close());

const number = fc.nat(1000);
const name = fc.constantFrom(
  'saml:Assertion',
  'saml:EncryptedAssertion',
  'samlp:Response',
  'saml:Subject',
  'saml:NameID',
  'saml:Issuer',
  'saml:Advice',
  'saml:AttributeValue',
  'saml:Attribute',
  'saml:EncryptedID',
  'saml:EncryptedAttribute',
  'saml:BaseID',
  'saml:AttributeStatement',
  'evil:Attribute',
  'ds:Manifest',
  'ds:Transform',
  'xenc:EncryptedData',
  'ds:Signature',
  'ds:SignedInfo',
  'ds:Object',
  'ds:Reference',
  'ds:KeyInfo',
  'samlp:Extensions',
  'samlp:StatusDetail',
  'Assertion',
  'evil:Assertion',
  'x',
);
const uri = fc.constantFrom(
  'urn:oasis:names:tc:SAML:2.0:assertion',
  'urn:oasis:names:tc:SAML:2.0:protocol',
  'http://www.w3.org/2000/09/xmldsig#',
  'urn:evil',
  '',
);
const text = fc.constantFrom(
  '<!---->',
  '<!-- admin -->',
  '<![CDATA[admin@acme.example]]>',
  '<![CDATA[]]>',
  'admin@acme.example',
  '&#65;',
  '<saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">admin@acme.example</saml:NameID>',
  '<saml:AttributeValue xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">Administrators</saml:AttributeValue>',
  '<x:Attribute xmlns:x="urn:x" Name="groups"/>',
  '\uFEFF',
  '\u200B',
  '&#13;',
  ' ',
  '\r\n',
  '\t',
  '<x/>',
  '<?pi x?>',
  'Administrators',
  '\u0000',
  '\u{1F600}',
);
const attribute = fc.constantFrom(
  'ID',
  'Id',
  'id',
  'xml:id',
  'URI',
  'Algorithm',
  'Destination',
  'Recipient',
  'InResponseTo',
  'NotOnOrAfter',
  'Format',
  'Name',
  'Method',
  'SessionIndex',
  'PrefixList',
);
const value = fc.constantFrom(
  '_response-1',
  '_assertion-1',
  '#_response-1',
  '#_assertion-1',
  '',
  '#',
  '_forged',
  'admin',
  'groups',
  'email',
  'http://www.w3.org/2001/10/xml-exc-c14n#',
  'http://www.w3.org/2001/10/xml-exc-c14n#WithComments',
  'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
  'http://www.w3.org/2000/09/xmldsig#hmac-sha1',
  '2099-01-01T00:00:00Z',
);
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({
    do: fc.constantFrom('move' as const, 'copy' as const, 'swap' as const),
    from: number,
    to: number,
    at: number,
  }),
  fc.record({ do: fc.constantFrom('drop' as const, 'unwrap' as const), from: number }),
  fc.record({ do: fc.constantFrom('wrap' as const, 'rename' as const), from: number, name }),
  fc.record({
    do: fc.constant('namespace' as const),
    from: number,
    prefix: fc.constantFrom('', 'saml', 'samlp', 'ds', 'evil', 'xs'),
    uri,
  }),
  fc.record({ do: fc.constant('attribute' as const), from: number, name: attribute, value }),
  fc.record({ do: fc.constant('insert' as const), from: number, at: number, text }),
  fc.record({ do: fc.constant('replace' as const), from: number, text }),
);

const policies = [
  ['both', 'valid/both-are-signed'],
  ['assertion', 'valid/only-the-assertion-is-signed'],
  ['response', 'valid/only-the-response-is-signed'],
] as const;

describe('a document that was tampered with', () => {
  it.each(policies)(
    'is refused, or is exactly the identity that was signed (%s)',
    async (wantSigned, name) => {
      const original = readDocument(name);
      const document = (xml: string) =>
        judge(
          { row: 1, sentence: '', document: () => xml, config: { wantSigned }, verdict: 'accepted' },
          secondLock,
        );
      const signed = await document(original);
      expect(signed.verdict).toBe('accepted');
      const ends = { accepted: 0, refused: 0 };
      const tick = fuzzProgress(`SAML documents, ${wantSigned} signed`, numRuns);
      await fc.assert(
        fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
          tick();
          const { assertion, failure, verdict } = await document(mutate(original, mutations));
          if (assertion !== undefined) {
            ends.accepted += 1;
            expect(assertion).toEqual(signed.assertion);
            return;
          }
          ends.refused += 1;
          // Nothing but a refusal of ours: no other error gets out of the locks.
          if (failure === undefined) expect(verdict).toMatch(/^idp_denied/);
          else expect(failure.detail).not.toMatch(/crashed/);
        }),
        { numRuns },
      );
      // The property must not hold because nothing ever gets through, or nothing is ever refused.
      expect(ends.accepted).toBeGreaterThan(0);
      expect(ends.refused).toBeGreaterThan(0);
    },
    Math.max(600_000, numRuns * 500),
  );

  it('is changed by the tools of this test, and by nothing else', () => {
    const original = readDocument('valid/both-are-signed').replace(/^<\?xml[^>]*\?>\s*/, '');
    const plain = (xml: string): string => xml.replaceAll(/<([^\s/>]+)([^>]*?)\/>/g, '<$1$2></$1>');
    expect(toText(toTree(original))).toBe(plain(original));
  });
});
