import { constants, createCipheriv, createPrivateKey, publicEncrypt, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { decryptAssertion } from '../../../../src/providers/saml/first-lock/decrypt.ts';
import type { Weak } from '../../../../src/providers/saml/types.ts';
import { withXml } from '../../../../src/providers/saml/xml/document.ts';
import { samlKey } from '../../../support/saml-keys.ts';

const xenc = 'http://www.w3.org/2001/04/xmlenc#';
const xenc11 = 'http://www.w3.org/2009/xmlenc11#';
const key = createPrivateKey(samlKey('sp').privateKeyPem);

interface Made {
  readonly transport?: string;
  /** Children of the key's EncryptionMethod. */
  readonly parameters?: string;
  readonly oaepHash?: string;
  readonly content?: (plain: Buffer, key: Buffer) => { readonly algorithm: string; readonly bytes: Buffer };
  /** Where the EncryptedKey stands. */
  readonly beside?: boolean;
}

const gcm = (plain: Buffer, secret: Buffer) => {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', secret, iv);
  const bytes = Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return { algorithm: `${xenc11}aes256-gcm`, bytes };
};
const cbc = (padding: (length: number) => Buffer) => (plain: Buffer, secret: Buffer) => {
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-256-cbc', secret, iv).setAutoPadding(false);
  const bytes = Buffer.concat([
    iv,
    cipher.update(Buffer.concat([plain, padding(plain.length)])),
    cipher.final(),
  ]);
  return { algorithm: `${xenc}aes256-cbc`, bytes };
};

function encrypted(text: string, made: Made = {}): string {
  const secret = randomBytes(32);
  const { algorithm, bytes } = (made.content ?? gcm)(Buffer.from(text), secret);
  const wrapped = publicEncrypt(
    {
      key: samlKey('sp').certificatePem,
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: made.oaepHash ?? 'sha1',
    },
    secret,
  );
  const value = (data: Buffer): string =>
    `<e:CipherData><e:CipherValue>${data.toString('base64')}</e:CipherValue></e:CipherData>`;
  const wrappedKey = `<e:EncryptedKey><e:EncryptionMethod Algorithm="${made.transport ?? `${xenc}rsa-oaep-mgf1p`}">${made.parameters ?? ''}</e:EncryptionMethod>${value(wrapped)}</e:EncryptedKey>`;
  const info = made.beside === true ? '' : `<ds:KeyInfo>${wrappedKey}</ds:KeyInfo>`;
  return `<x xmlns:e="${xenc}" xmlns:e11="${xenc11}" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><e:EncryptedData><e:EncryptionMethod Algorithm="${algorithm}"/>${info}${value(bytes)}</e:EncryptedData>${made.beside === true ? wrappedKey : ''}</x>`;
}

const open = (xml: string, allowWeak: readonly Weak[] = []): string =>
  withXml(xml, (root) => decryptAssertion(root, { keys: [key], allowWeak }));
const digest = (name: string): string => `<ds:DigestMethod Algorithm="${name}"/>`;
const mask = (name: string): string => `<e11:MGF Algorithm="${xenc11}${name}"/>`;

describe('an encrypted assertion', () => {
  it.each<[string, Made]>([
    ['AES-GCM under RSA-OAEP', {}],
    ['the key beside the data', { beside: true }],
    ['the digest named', { parameters: digest('http://www.w3.org/2000/09/xmldsig#sha1') }],
    [
      'RSA-OAEP with SHA-256 throughout',
      {
        transport: `${xenc11}rsa-oaep`,
        oaepHash: 'sha256',
        parameters: digest(`${xenc}sha256`) + mask('mgf1sha256'),
      },
    ],
  ])('is read: %s', (_words, made) => {
    expect(open(encrypted('<a>Łukasz</a>', made))).toBe('<a>Łukasz</a>');
  });

  it.each<[string, Made]>([
    ['two hashes in one OAEP', { parameters: digest(`${xenc}sha256`) }],
    ['a mask where there is none', { parameters: mask('mgf1sha256') }],
    ['an unknown parameter', { parameters: '<e:OAEPparams>AAAA</e:OAEPparams>' }],
    ['an unknown key transport', { transport: `${xenc}kw-aes256` }],
    ['CBC', { content: cbc((n) => Buffer.alloc(16 - (n % 16), 16 - (n % 16))) }],
  ])('is refused for its algorithm: %s', (_words, made) => {
    expect(() => open(encrypted('<a/>', made))).toThrow(
      expect.objectContaining({ detail: 'saml.decryption.algorithm' }),
    );
  });

  it.each<[string, string]>([
    [
      'a tag cut short',
      encrypted('<a/>', { content: (p, k) => ({ ...gcm(p, k), bytes: gcm(p, k).bytes.subarray(0, 20) }) }),
    ],
    [
      'a tag of another message',
      encrypted('<a/>', {
        content: (p, k) => ({
          ...gcm(p, k),
          bytes: Buffer.concat([gcm(p, k).bytes.subarray(0, -16), randomBytes(16)]),
        }),
      }),
    ],
    ['padding of nothing', encrypted('<a/>', { content: cbc((n) => Buffer.alloc(16 - (n % 16), 0)) })],
    [
      'padding of more than a block',
      encrypted('<a/>', { content: cbc((n) => Buffer.alloc(16 - (n % 16), 17)) }),
    ],
    ['text that is not UTF-8', encrypted('', { content: (_p, k) => gcm(Buffer.from([0xff, 0xfe]), k) })],
    ['two keys', encrypted('<a/>').replace(/(<e:EncryptedKey>.*<\/e:EncryptedKey>)/, '$1$1')],
    ['no key', encrypted('<a/>').replace(/<e:EncryptedKey>.*<\/e:EncryptedKey>/, '')],
    [
      'a comment inside the ciphertext',
      encrypted('<a/>').replace('<e:CipherValue>', '<e:CipherValue><!-- -->'),
    ],
    ['no ciphertext', encrypted('<a/>').replaceAll(/<e:CipherData>.*?<\/e:CipherData>/g, '')],
  ])('fails with one and the same error, whatever is wrong: %s', (_words, xml) => {
    let thrown: unknown;
    try {
      open(xml, ['cbc']);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'login_rejected', detail: 'saml.decryption' });
    expect((thrown as Error).cause).toBeUndefined();
  });
});
