import { X509Certificate, type KeyObject } from 'node:crypto';

const curves = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

/** Public keys of the pinned certificates that are strong enough: RSA of 2048 bits or more, or a NIST curve. */
export function verificationKeys(certificates: readonly string[]): readonly KeyObject[] {
  return certificates.flatMap((pem) => {
    const key = publicKey(pem);
    return key !== undefined && strong(key) ? [key] : [];
  });
}

function publicKey(pem: string): KeyObject | undefined {
  try {
    return new X509Certificate(pem).publicKey;
  } catch {
    return undefined;
  }
}

function strong(key: KeyObject): boolean {
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType === 'rsa') return (details?.modulusLength ?? 0) >= 2048;
  return key.asymmetricKeyType === 'ec' && curves.has(details?.namedCurve ?? '');
}
