import { createHash, verify, type KeyLike } from 'node:crypto';
import { SignedXml } from 'xml-crypto';

/** The algorithms of RFC 6931 that our profile allows and xml-crypto does not bring. */
const signatures = new Map([
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha384', 'sha384'],
  ['http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256', 'sha256'],
  ['http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384', 'sha384'],
  ['http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512', 'sha512'],
]);
const digests = new Map([['http://www.w3.org/2001/04/xmldsig-more#sha384', 'sha384']]);

interface Lookups {
  findSignatureAlgorithm(name: string): unknown;
  findHashAlgorithm(name: string): unknown;
}

/** Teaches xml-crypto these algorithms, for verifying only. node-saml makes its own SignedXml, so the class is taught. */
export function addAlgorithms(): void {
  const lookups = SignedXml.prototype as unknown as Lookups;
  const { findSignatureAlgorithm, findHashAlgorithm } = lookups;
  lookups.findSignatureAlgorithm = function (this: Lookups, name) {
    const hash = signatures.get(name);
    return hash === undefined ? findSignatureAlgorithm.call(this, name) : verifier(name, hash);
  };
  lookups.findHashAlgorithm = function (this: Lookups, name) {
    const hash = digests.get(name);
    if (hash === undefined) return findHashAlgorithm.call(this, name);
    return {
      getAlgorithmName: () => name,
      getHash: (xml: string) => createHash(hash).update(xml, 'utf8').digest('base64'),
    };
  };
}

function verifier(name: string, hash: string): unknown {
  return {
    getAlgorithmName: () => name,
    getSignature: () => {
      throw new Error('this algorithm is for verifying only');
    },
    verifySignature: (material: string, key: KeyLike, value: string) =>
      verify(
        hash,
        Buffer.from(material, 'utf8'),
        { key: key as string, dsaEncoding: 'ieee-p1363' },
        Buffer.from(value, 'base64'),
      ),
  };
}
