import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { generate } from 'selfsigned';

/** A signing key of SAML and its certificate, as PEM. */
export interface CertifiedKey {
  readonly privateKeyPem: string;
  readonly certificatePem: string;
}

/** The text of a file that only its owner may read; made by `make` the first time. */
export async function kept(file: string, make: () => string | Promise<string>): Promise<string> {
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const text = await make();
  writeFileSync(file, text, { mode: 0o600 });
  return text;
}

/** An RSA key with a self-signed certificate of ten years, in two files that are kept. */
export async function keptCertifiedKey(stem: string, commonName: string): Promise<CertifiedKey> {
  const keyFile = `${stem}.key.pem`;
  const certificateFile = `${stem}.cert.pem`;
  if (!existsSync(keyFile) || !existsSync(certificateFile)) {
    const made = await generate([{ name: 'commonName', value: commonName }], {
      keySize: 2048,
      algorithm: 'sha256',
      notAfterDate: new Date(Date.now() + 10 * 365 * 86_400_000),
    });
    writeFileSync(keyFile, made.private, { mode: 0o600 });
    writeFileSync(certificateFile, made.cert, { mode: 0o600 });
  }
  return {
    privateKeyPem: readFileSync(keyFile, 'utf8'),
    certificatePem: readFileSync(certificateFile, 'utf8'),
  };
}

/** A private RSA key as JWK, for signing ID tokens. */
export function newSigningJwk(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = randomBytes(8).toString('hex');
  return JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' });
}

/** Text nobody can guess: 43 characters of base64url. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}
