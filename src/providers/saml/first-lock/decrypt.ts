import {
  constants,
  createDecipheriv,
  privateDecrypt,
  type CipherGCMTypes,
  type KeyObject,
} from 'node:crypto';
import type { XmlElement } from 'libxml2-wasm';
import { attribute, children, childrenNamed, is, onlyChild, plainText } from '../xml/element.ts';
import { ns } from '../xml/names.ts';
import { rejected } from '../rejected.ts';
import type { Weak } from '../types.ts';
import { contentCiphers, oaepDigests, oaepMasks, type ContentCipher } from './encryption-algorithms.ts';

export interface Decryption {
  /** Tried one after the other: while our key is rotated there are several. */
  readonly keys: readonly KeyObject[];
  readonly allowWeak: readonly Weak[];
}

/**
 * The plain text of an EncryptedAssertion (XML Encryption 1.1): AES-GCM under RSA-OAEP, and what `allowWeak` names.
 * We do it ourselves because the library beside us takes CBC and RSA 1.5 from anybody. Whatever goes wrong, from a
 * wrong key to bad padding, is one and the same error.
 *
 * @throws Failure `login_rejected`: `saml.decryption`, or `saml.decryption.algorithm` for one that is not allowed
 */
export function decryptAssertion(encrypted: XmlElement, decryption: Decryption | undefined): string {
  const data = onlyChild(encrypted, ns.encryption, 'EncryptedData');
  if (data === undefined) throw rejected('decryption');
  const encryptedKey = findEncryptedKey(encrypted, data);
  const cipher = contentCiphers.get(method(data));
  if (cipher === undefined || !allowed(cipher.weak, decryption)) throw rejected('decryption.algorithm');
  const unwrap = keyTransport(encryptedKey, decryption);
  if (decryption === undefined) throw rejected('decryption.no_key');
  for (const ours of decryption.keys) {
    try {
      const key = privateDecrypt({ key: ours, ...unwrap }, cipherValue(encryptedKey));
      const plain = decipher(cipher, key, cipherValue(data));
      return new TextDecoder('utf-8', { fatal: true }).decode(plain);
    } catch {
      // The next key may be the one; why this one is not could only serve an oracle.
    }
  }
  throw rejected('decryption');
}

/** The one EncryptedKey: inside the data's KeyInfo, or beside the data. */
function findEncryptedKey(encrypted: XmlElement, data: XmlElement): XmlElement {
  const keyInfo = onlyChild(data, ns.signature, 'KeyInfo');
  const found = [
    ...(keyInfo === undefined ? [] : childrenNamed(keyInfo, ns.encryption, 'EncryptedKey')),
    ...childrenNamed(encrypted, ns.encryption, 'EncryptedKey'),
  ];
  const [key] = found;
  if (key === undefined || found.length > 1) throw rejected('decryption');
  return key;
}

function keyTransport(
  encryptedKey: XmlElement,
  decryption: Decryption | undefined,
): { padding: number; oaepHash?: string } {
  const element = onlyChild(encryptedKey, ns.encryption, 'EncryptionMethod');
  const algorithm = element === undefined ? '' : (attribute(element, 'Algorithm') ?? '');
  if (algorithm === `${ns.encryption}rsa-1_5` && allowed('rsa15', decryption)) {
    return { padding: constants.RSA_PKCS1_PADDING };
  }
  const older = algorithm === `${ns.encryption}rsa-oaep-mgf1p`;
  if (element === undefined || (!older && algorithm !== `${ns.encryption11}rsa-oaep`)) {
    throw rejected('decryption.algorithm');
  }
  let digest: string | undefined = 'sha1';
  let mask: string | undefined = 'sha1';
  for (const child of children(element)) {
    const name = attribute(child, 'Algorithm') ?? '';
    if (is(child, ns.signature, 'DigestMethod')) digest = oaepDigests.get(name);
    else if (is(child, ns.encryption11, 'MGF') && !older) mask = oaepMasks.get(name);
    else throw rejected('decryption.algorithm');
  }
  // node:crypto uses one hash for the label and the mask; a mix of two is nobody's default.
  if (digest === undefined || digest !== mask) throw rejected('decryption.algorithm');
  return { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: digest };
}

function decipher(cipher: ContentCipher, key: Buffer, content: Buffer): Buffer {
  const iv = content.subarray(0, cipher.ivLength);
  if (cipher.mode === 'gcm') {
    if (content.length < cipher.ivLength + 16) throw new RangeError('too short');
    const aead = createDecipheriv(cipher.name as CipherGCMTypes, key, iv, { authTagLength: 16 });
    aead.setAuthTag(content.subarray(-16));
    return Buffer.concat([aead.update(content.subarray(cipher.ivLength, -16)), aead.final()]);
  }
  const block = createDecipheriv(cipher.name, key, iv);
  block.setAutoPadding(false);
  const padded = Buffer.concat([block.update(content.subarray(cipher.ivLength)), block.final()]);
  // XML Encryption 5.2: only the last byte of the padding says something.
  const padding = padded.at(-1) ?? 0;
  if (padding < 1 || padding > cipher.ivLength) throw new RangeError('padding');
  return padded.subarray(0, -padding);
}

function method(parent: XmlElement): string {
  const element = onlyChild(parent, ns.encryption, 'EncryptionMethod');
  return element === undefined ? '' : (attribute(element, 'Algorithm') ?? '');
}

function cipherValue(parent: XmlElement): Buffer {
  const data = onlyChild(parent, ns.encryption, 'CipherData');
  const value = data === undefined ? undefined : onlyChild(data, ns.encryption, 'CipherValue');
  const text = value === undefined ? undefined : plainText(value)?.replaceAll(/[\t\n\r ]/g, '');
  if (text === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw rejected('decryption');
  return Buffer.from(text, 'base64');
}

function allowed(weak: Weak | undefined, decryption: Decryption | undefined): boolean {
  return weak === undefined || (decryption?.allowWeak.includes(weak) ?? false);
}
