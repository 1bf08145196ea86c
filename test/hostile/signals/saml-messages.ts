import { createHash, sign, type KeyLike } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { SignedXml } from 'xml-crypto';
import { escapeXml } from '../../support/saml-document.ts';
import { samlKey, type SamlKeyName } from '../../support/saml-keys.ts';

/** A LogoutRequest as text, with everything that may be wrong with one. */
export interface LogoutText {
  readonly name?: string;
  readonly id?: string;
  readonly version?: string;
  readonly issueInstant?: string | undefined;
  readonly destination?: string | undefined;
  readonly notOnOrAfter?: string | undefined;
  readonly inResponseTo?: string | undefined;
  readonly issuer?: string | undefined;
  /** Raw XML of the name. */
  readonly nameId?: string | undefined;
  readonly nameIdAttributes?: string;
  readonly sessionIndexes?: readonly string[];
  /** Raw XML after the issuer, and at the end. */
  readonly afterIssuer?: string;
  readonly more?: string;
  /** Raw XML before the root. */
  readonly before?: string;
}

export function logoutText(o: LogoutText): string {
  const attr = (name: string, value: string | undefined) =>
    value === undefined ? '' : ` ${name}="${escapeXml(value)}"`;
  const name = o.name ?? 'LogoutRequest';
  const issuer = o.issuer === undefined ? '' : `<saml:Issuer>${escapeXml(o.issuer)}</saml:Issuer>`;
  const nameId =
    o.nameId === undefined ? '' : `<saml:NameID${o.nameIdAttributes ?? ''}>${o.nameId}</saml:NameID>`;
  const indexes = (o.sessionIndexes ?? []).map(
    (index) => `<samlp:SessionIndex>${escapeXml(index)}</samlp:SessionIndex>`,
  );
  return (
    `${o.before ?? ''}<samlp:${name} xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"` +
    `${attr('ID', o.id)}${attr('Version', o.version ?? '2.0')}${attr('IssueInstant', o.issueInstant)}${attr('Destination', o.destination)}` +
    `${attr('NotOnOrAfter', o.notOnOrAfter)}${attr('InResponseTo', o.inResponseTo)}>${issuer}${o.afterIssuer ?? ''}${nameId}${indexes.join('')}${o.more ?? ''}</samlp:${name}>`
  );
}

export const status = (code: string): string =>
  `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${code}"/></samlp:Status>`;

const algorithms = {
  'rsa-sha256': { uri: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', hash: 'sha256' },
  'rsa-sha512': { uri: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512', hash: 'sha512' },
  'rsa-sha1': { uri: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1', hash: 'sha1' },
  'ecdsa-sha256': { uri: 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256', hash: 'sha256' },
} as const;
export type SigAlg = keyof typeof algorithms;

export interface RedirectOptions {
  readonly key?: SamlKeyName;
  readonly alg?: SigAlg;
  readonly relayState?: string;
  readonly parameter?: 'SAMLRequest' | 'SAMLResponse';
  readonly dsaEncoding?: 'ieee-p1363' | 'der';
  /** How values are written in the query; senders differ. */
  readonly encode?: (text: string) => string;
  /** SigAlg as written, whatever was used. */
  readonly named?: string;
  /** Bytes of the message, in place of deflated XML. */
  readonly bytes?: Buffer;
}

/** The query of the redirect binding, signed. */
export function redirectQuery(xml: string, o: RedirectOptions = {}): string {
  const encode = o.encode ?? encodeURIComponent;
  const { uri, hash } = algorithms[o.alg ?? 'rsa-sha256'];
  const message = (o.bytes ?? deflateRawSync(Buffer.from(xml))).toString('base64');
  const signed = [
    `${o.parameter ?? 'SAMLRequest'}=${encode(message)}`,
    ...(o.relayState === undefined ? [] : [`RelayState=${encode(o.relayState)}`]),
    `SigAlg=${encode(o.named ?? uri)}`,
  ].join('&');
  const key: KeyLike = samlKey(o.key ?? 'idp').privateKeyPem;
  const signature = sign(hash, Buffer.from(signed), { key, dsaEncoding: o.dsaEncoding ?? 'der' });
  return `${signed}&Signature=${encode(signature.toString('base64'))}`;
}

/** The message with an enveloped signature, by a library that the gateway does not verify with. */
export function enveloped(
  xml: string,
  o: {
    readonly key?: SamlKeyName;
    readonly alg?: SigAlg;
    readonly digest?: string;
    readonly transforms?: string[];
    readonly xpath?: string;
    /** XPath of the element that the signature stands behind. */
    readonly behind?: string;
  } = {},
): string {
  const signer = new SignedXml({
    privateKey: samlKey(o.key ?? 'idp').privateKeyPem,
    publicCert: samlKey(o.key ?? 'idp').certificatePem,
    signatureAlgorithm: algorithms[o.alg ?? 'rsa-sha256'].uri,
    canonicalizationAlgorithm: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  });
  signer.addReference({
    xpath: o.xpath ?? '/*',
    digestAlgorithm: o.digest ?? 'http://www.w3.org/2001/04/xmlenc#sha256',
    transforms: o.transforms ?? [
      'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
      'http://www.w3.org/2001/10/xml-exc-c14n#',
    ],
  });
  const reference = o.behind ?? "/*/*[local-name(.)='Issuer']";
  signer.computeSignature(xml, { prefix: 'ds', location: { reference, action: 'after' } });
  return signer.getSignedXml();
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64');
export const digest = (text: string): string => createHash('sha256').update(text).digest('base64');
