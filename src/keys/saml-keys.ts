import type { KeyObject } from 'node:crypto';
import { published } from './key-state.ts';
import type { Keyring } from './keyring.ts';

/** Our SAML keys at a moment, for providers whose files have none of their own. */
export interface SamlKeys {
  readonly signing: { readonly privateKeyPem: string; readonly certificatePem: string };
  /** PEM: the one that signs first, then the one that will, then the one that did. */
  readonly signingCertificates: readonly string[];
  readonly decryptionCertificates: readonly string[];
  /** Keys that may open what was encrypted for us. */
  readonly decryptionKeys: readonly KeyObject[];
}

/**
 * Reads them anew each time, so that a rotation by another process counts at once.
 * @throws Failure `store_unavailable`, or `internal` (`keys.unreadable`)
 */
export async function samlKeys(keyring: Keyring): Promise<SamlKeys> {
  const signing = published(await keyring.keys('saml-signing'));
  const decryption = published(await keyring.keys('saml-decryption'));
  const [current] = signing;
  // There is one that signs as soon as there is any: the first key signs from its beginning.
  if (current === undefined) throw new Error('no key signs');
  return {
    signing: {
      privateKeyPem: keyring.privateKey(current).export({ type: 'pkcs8', format: 'pem' }) as string,
      certificatePem: current.publicPart,
    },
    signingCertificates: signing.map(({ publicPart }) => publicPart),
    decryptionCertificates: decryption.map(({ publicPart }) => publicPart),
    decryptionKeys: decryption.map((key) => keyring.privateKey(key)),
  };
}
