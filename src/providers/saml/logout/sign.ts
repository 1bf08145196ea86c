import { createHash, createPrivateKey, sign as signBytes, type KeyObject } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { canonical, withXml } from '../xml/document.ts';
import { ns } from '../xml/names.ts';

/** Our signing key, with the name of the signature that goes with it. */
export interface Signer {
  readonly key: KeyObject;
  readonly algorithm: string;
}

const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
const sha256 = 'http://www.w3.org/2001/04/xmlenc#sha256';

/** RSA or ECDSA with SHA-256 (RFC 6931, sections 2.3.2 and 2.3.6). Throws what node:crypto throws on a key that is none. */
export function signerOf(privateKeyPem: string): Signer {
  const key = createPrivateKey(privateKeyPem);
  const kind = key.asymmetricKeyType === 'ec' ? 'ecdsa' : 'rsa';
  return { key, algorithm: `http://www.w3.org/2001/04/xmldsig-more#${kind}-sha256` };
}

/** The address with the message in it, signed as the HTTP-Redirect binding wants it (saml-bindings 3.4.4.1). */
export function redirectTo(
  url: string,
  parameter: 'SAMLRequest' | 'SAMLResponse',
  xml: string,
  relayState: string | undefined,
  signer: Signer,
): string {
  const message = deflateRawSync(Buffer.from(xml, 'utf8')).toString('base64');
  const pairs: (readonly [string, string])[] = [
    [parameter, message],
    ...(relayState === undefined ? [] : [['RelayState', relayState] as const]),
    ['SigAlg', signer.algorithm],
  ];
  const signed = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  const signature = encodeURIComponent(signatureOver(signed, signer));
  const hash = url.indexOf('#');
  const base = hash === -1 ? url : url.slice(0, hash);
  return `${base}${base.includes('?') ? '&' : '?'}${signed}&Signature=${signature}`;
}

/**
 * The message with an enveloped signature behind its Issuer, where the schema wants it, and without KeyInfo: the
 * other side knows our key from our metadata.
 */
export function signEnveloped(xml: string, signer: Signer): string {
  const { id, text } = withXml(xml, (root) => ({
    id: root.attr('ID')?.value ?? '',
    text: canonical(root, []),
  }));
  const digest = createHash('sha256').update(text, 'utf8').digest('base64');
  const info =
    `<ds:CanonicalizationMethod Algorithm="${ns.exclusiveC14n}"></ds:CanonicalizationMethod>` +
    `<ds:SignatureMethod Algorithm="${signer.algorithm}"></ds:SignatureMethod>` +
    `<ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="${enveloped}"></ds:Transform>` +
    `<ds:Transform Algorithm="${ns.exclusiveC14n}"></ds:Transform></ds:Transforms>` +
    `<ds:DigestMethod Algorithm="${sha256}"></ds:DigestMethod><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>`;
  // On its own SignedInfo declares the prefix itself: so it looks when it is canonicalized.
  const signed = `<ds:SignedInfo xmlns:ds="${ns.signature}">${info}</ds:SignedInfo>`;
  const value = signatureOver(signed, signer);
  const signature =
    `<ds:Signature xmlns:ds="${ns.signature}"><ds:SignedInfo>${info}</ds:SignedInfo>` +
    `<ds:SignatureValue>${value}</ds:SignatureValue></ds:Signature>`;
  return text.replace('</saml:Issuer>', () => `</saml:Issuer>${signature}`);
}

function signatureOver(text: string, { key }: Signer): string {
  return signBytes('sha256', Buffer.from(text, 'utf8'), { key, dsaEncoding: 'ieee-p1363' }).toString(
    'base64',
  );
}
