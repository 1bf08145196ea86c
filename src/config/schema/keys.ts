import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';

/** A private key of enough strength, or undefined. Messages of OpenSSL are dropped: they could quote the key. */
export function readPrivateKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** A certificate, or undefined. */
export function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(asPem(pem));
  } catch {
    return undefined;
  }
}

/** A certificate as it stands in SAML metadata (base64 alone) gets the two lines that PEM asks for. */
export function asPem(certificate: string): string {
  const body = certificate.trim();
  if (body.startsWith('-----BEGIN')) return `${body}\n`;
  const lines = body.replaceAll(/\s/g, '').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/** Complaint about a private key: unreadable, encrypted, or RSA below 2048 bits (NIST SP 800-131A). */
export function privateKeyComplaint(pem: string): string | undefined {
  const key = readPrivateKey(pem);
  if (!key) return 'expected a private key in PEM form, without a passphrase: ${file:PATH} brings one in';
  const bits = key.asymmetricKeyDetails?.modulusLength;
  return bits !== undefined && bits < 2048 ? 'expected an RSA key of 2048 bits or more' : undefined;
}

/** Complaint about a certificate. */
export function certificateComplaint(pem: string): string | undefined {
  return readCertificate(pem)
    ? undefined
    : 'expected an X.509 certificate in PEM form: ${file:PATH} brings one in';
}
