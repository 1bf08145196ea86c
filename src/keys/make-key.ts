import { createHash, generateKeyPair, KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyUse } from './types.ts';

export interface NewKey {
  readonly id: string;
  readonly publicPart: string;
  /** PKCS #8 PEM. */
  readonly privateKeyPem: string;
}

const generate = promisify(generateKeyPair);

/** Certificates of our own say who we are and no more: what counts is the key, and when it is changed. Milliseconds. */
const certificateLifetime = 10 * 365 * 24 * 60 * 60 * 1000;
const day = 24 * 60 * 60 * 1000;

/**
 * Makes a key pair, off the event loop. Assertion: P-256 for ES256 (RFC 7518, section 3.4). SAML: RSA of 3072 bits with a
 * self-signed certificate (RFC 5280) that names `subject`, a host name.
 */
export async function makeKey(use: KeyUse, subject: string, now: number): Promise<NewKey> {
  return use === 'assertion' ? makeAssertionKey() : makeSamlKey(use, subject, now);
}

async function makeAssertionKey(): Promise<NewKey> {
  const { privateKey, publicKey } = await generate('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  const id = thumbprint({ crv, kty, x, y });
  const jwk = { kty, crv, x, y, kid: id, alg: 'ES256', use: 'sig' };
  return { id, publicPart: JSON.stringify(jwk), privateKeyPem: pkcs8(privateKey) };
}

async function makeSamlKey(use: KeyUse, subject: string, now: number): Promise<NewKey> {
  // Loaded when a key is made, once in years: the library is large.
  const x509 = await import('@peculiar/x509');
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(
    { ...algorithm, modulusLength: 3072, publicExponent: new Uint8Array([1, 0, 1]) },
    true,
    ['sign', 'verify'],
  );
  const usage =
    use === 'saml-signing' ? x509.KeyUsageFlags.digitalSignature : x509.KeyUsageFlags.keyEncipherment;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      // At most 20 octets and positive (RFC 5280, section 4.1.2.2).
      serialNumber: `01${randomBytes(15).toString('hex')}`,
      name: [{ CN: [subject] }],
      // A clock that is behind ours must not find it "not yet valid".
      notBefore: new Date(now - day),
      notAfter: new Date(now + certificateLifetime),
      signingAlgorithm: algorithm,
      // Node's own types and those of browsers name the same object.
      keys: keys as CryptoKeyPair,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(usage, true),
      ],
    },
    webcrypto as Crypto,
  );
  const publicJwk = KeyObject.from(keys.publicKey).export({ format: 'jwk' });
  const { e, kty, n } = publicJwk;
  return {
    id: thumbprint({ e, kty, n }),
    publicPart: `${certificate.toString('pem')}\n`,
    privateKeyPem: pkcs8(KeyObject.from(keys.privateKey)),
  };
}

/** RFC 7638: the members that make the key, in this order. */
function thumbprint(members: Readonly<Record<string, unknown>>): string {
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}

function pkcs8(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string;
}
