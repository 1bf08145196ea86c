import { createHash, timingSafeEqual, verify, type KeyObject } from 'node:crypto';
import type { XmlElement } from 'libxml2-wasm';
import { canonical } from '../xml/document.ts';
import { attribute } from '../xml/element.ts';
import { rejected } from '../rejected.ts';
import type { Weak } from '../types.ts';
import { digestAlgorithms, signatureAlgorithms } from './algorithms.ts';
import { takeApart, type SignatureParts } from './signature.ts';

export interface Trust {
  /** The only keys that count; a certificate inside the document is never looked at. */
  readonly keys: readonly KeyObject[];
  readonly allowWeak: readonly Weak[];
}

/**
 * Verifies the Signature of an element, with it taken out of the tree (the enveloped-signature transform), and returns
 * the canonical text that was verified: from here on that text is the document, and the tree is not asked again.
 *
 * @throws Failure `login_rejected`: `saml.signature.*`
 */
export function verifyEnveloped(element: XmlElement, signature: XmlElement, trust: Trust): string {
  const parts = takeApart(signature);
  if (parts.referenceId !== attribute(element, 'ID')) throw rejected('signature.reference_elsewhere');
  if (!signatureHolds(parts, trust)) throw rejected('signature.invalid');
  signature.remove();
  const text = canonical(element, parts.referencePrefixes);
  if (text === '') throw rejected('signature.empty');
  if (!digestHolds(parts, text, trust)) throw rejected('signature.digest');
  return text;
}

function signatureHolds(parts: SignatureParts, trust: Trust): boolean {
  const algorithm = signatureAlgorithms.get(parts.signatureMethod);
  if (algorithm === undefined || !allowed(algorithm.weak, trust)) throw rejected('signature.algorithm');
  const data = Buffer.from(canonical(parts.signedInfo, parts.signedInfoPrefixes), 'utf8');
  return trust.keys.some(
    (key) =>
      key.asymmetricKeyType === algorithm.keyType &&
      // XML signatures hold r and s side by side (RFC 6931, section 2.3.6), not in ASN.1.
      verify(algorithm.hash, data, { key, dsaEncoding: 'ieee-p1363' }, parts.signatureValue),
  );
}

function digestHolds(parts: SignatureParts, text: string, trust: Trust): boolean {
  const algorithm = digestAlgorithms.get(parts.digestMethod);
  if (algorithm === undefined || !allowed(algorithm.weak, trust))
    throw rejected('signature.digest_algorithm');
  const digest = createHash(algorithm.hash).update(text, 'utf8').digest();
  return digest.length === parts.digestValue.length && timingSafeEqual(digest, parts.digestValue);
}

function allowed(weak: Weak | undefined, trust: Trust): boolean {
  return weak === undefined || trust.allowWeak.includes(weak);
}
