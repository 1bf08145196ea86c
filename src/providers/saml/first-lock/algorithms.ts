import type { Weak } from '../types.ts';

/** What an algorithm URI means to node:crypto. The lists are closed: what is not here is refused. */
export interface SignatureAlgorithm {
  readonly hash: string;
  readonly keyType: 'rsa' | 'ec';
  readonly weak?: Weak;
}

/** RFC 6931, sections 2.3.1 to 2.3.6 (RSA PKCS#1 1.5, ECDSA). */
export const signatureAlgorithms: ReadonlyMap<string, SignatureAlgorithm> = new Map([
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', { hash: 'sha256', keyType: 'rsa' }],
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha384', { hash: 'sha384', keyType: 'rsa' }],
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha512', { hash: 'sha512', keyType: 'rsa' }],
  ['http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256', { hash: 'sha256', keyType: 'ec' }],
  ['http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384', { hash: 'sha384', keyType: 'ec' }],
  ['http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512', { hash: 'sha512', keyType: 'ec' }],
  ['http://www.w3.org/2000/09/xmldsig#rsa-sha1', { hash: 'sha1', keyType: 'rsa', weak: 'sha1' }],
]);

export const digestAlgorithms: ReadonlyMap<string, { readonly hash: string; readonly weak?: Weak }> = new Map(
  [
    ['http://www.w3.org/2001/04/xmlenc#sha256', { hash: 'sha256' }],
    ['http://www.w3.org/2001/04/xmldsig-more#sha384', { hash: 'sha384' }],
    ['http://www.w3.org/2001/04/xmlenc#sha512', { hash: 'sha512' }],
    ['http://www.w3.org/2000/09/xmldsig#sha1', { hash: 'sha1', weak: 'sha1' }],
  ],
);
