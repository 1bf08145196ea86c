import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { SamlProviderConfig } from '../../config/index.ts';
import type { Decryption } from './first-lock/index.ts';

/** PEM: a private key and its certificate. */
export interface KeyPair {
  readonly privateKeyPem: string;
  readonly certificatePem: string;
}

/** The gateway's own keys at a moment; the one that signs comes first. */
export interface OwnSamlKeys {
  readonly signing: KeyPair;
  /** PEM, all that are published. */
  readonly signingCertificates: readonly string[];
  readonly decryptionCertificates: readonly string[];
  readonly decryptionKeys: readonly KeyObject[];
}

/** The keys of one provider at a moment. */
export interface ProviderKeys {
  readonly signing: KeyPair | undefined;
  /** Published in our metadata, PEM. */
  readonly signingCertificates: readonly string[];
  readonly encryptionCertificates: readonly string[];
  readonly decryption: Decryption | undefined;
}

/**
 * The keys that a provider's file names, else the gateway's own. Our own decryption keys open whatever was encrypted for
 * them, but the metadata names them only where the file says `decryption: own`: some identity providers begin to encrypt
 * as soon as they see such a key, with ciphers that are refused here.
 */
export function providerKeys(
  config: Pick<SamlProviderConfig, 'signing' | 'decryption' | 'ownDecryption' | 'allowWeak'>,
  own: (() => Promise<OwnSamlKeys>) | undefined,
): () => Promise<ProviderKeys> {
  const { signing, decryption, allowWeak } = config;
  const fileKey = decryption && createPrivateKey(decryption.privateKeyPem);
  return async () => {
    const needed = signing === undefined || decryption === undefined;
    const ours = needed ? await own?.() : undefined;
    const keys = fileKey === undefined ? (ours?.decryptionKeys ?? []) : [fileKey];
    const published = config.ownDecryption === true ? (ours?.decryptionCertificates ?? []) : [];
    return {
      signing: signing ?? ours?.signing,
      signingCertificates:
        signing === undefined ? (ours?.signingCertificates ?? []) : [signing.certificatePem],
      encryptionCertificates: decryption === undefined ? published : [decryption.certificatePem],
      decryption: keys.length === 0 ? undefined : { keys, allowWeak },
    };
  };
}
