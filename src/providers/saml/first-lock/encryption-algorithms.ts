import type { Weak } from '../types.ts';

/** XML Encryption 1.1, section 5.2: block ciphers with the names that node:crypto has for them. */
export interface ContentCipher {
  readonly name:
    | 'aes-128-gcm'
    | 'aes-192-gcm'
    | 'aes-256-gcm'
    | 'aes-128-cbc'
    | 'aes-192-cbc'
    | 'aes-256-cbc'
    | 'des-ede3-cbc';
  readonly mode: 'gcm' | 'cbc';
  readonly ivLength: number;
  readonly weak?: Weak;
}

const gcm = (bits: 128 | 192 | 256): ContentCipher => ({
  name: `aes-${bits}-gcm`,
  mode: 'gcm',
  ivLength: 12,
});
const cbc = (bits: 128 | 192 | 256): ContentCipher => ({
  name: `aes-${bits}-cbc`,
  mode: 'cbc',
  ivLength: 16,
  weak: 'cbc',
});

export const contentCiphers: ReadonlyMap<string, ContentCipher> = new Map([
  ['http://www.w3.org/2009/xmlenc11#aes128-gcm', gcm(128)],
  ['http://www.w3.org/2009/xmlenc11#aes192-gcm', gcm(192)],
  ['http://www.w3.org/2009/xmlenc11#aes256-gcm', gcm(256)],
  ['http://www.w3.org/2001/04/xmlenc#aes128-cbc', cbc(128)],
  ['http://www.w3.org/2001/04/xmlenc#aes192-cbc', cbc(192)],
  ['http://www.w3.org/2001/04/xmlenc#aes256-cbc', cbc(256)],
  [
    'http://www.w3.org/2001/04/xmlenc#tripledes-cbc',
    { name: 'des-ede3-cbc', mode: 'cbc', ivLength: 8, weak: 'cbc' },
  ],
]);

/** Hash of RSA-OAEP by DigestMethod. SHA-1 is the default there, and harmless: OAEP does not need collision resistance. */
export const oaepDigests: ReadonlyMap<string, string> = new Map([
  ['http://www.w3.org/2000/09/xmldsig#sha1', 'sha1'],
  ['http://www.w3.org/2001/04/xmlenc#sha256', 'sha256'],
  ['http://www.w3.org/2001/04/xmldsig-more#sha384', 'sha384'],
  ['http://www.w3.org/2001/04/xmlenc#sha512', 'sha512'],
]);

/** Mask generation functions of `xmlenc11#rsa-oaep`, by the hash inside. */
export const oaepMasks: ReadonlyMap<string, string> = new Map([
  ['http://www.w3.org/2009/xmlenc11#mgf1sha1', 'sha1'],
  ['http://www.w3.org/2009/xmlenc11#mgf1sha256', 'sha256'],
  ['http://www.w3.org/2009/xmlenc11#mgf1sha384', 'sha384'],
  ['http://www.w3.org/2009/xmlenc11#mgf1sha512', 'sha512'],
]);
