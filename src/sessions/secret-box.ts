import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; the version is part of what is authenticated. */
const version = 'v1';
const nonceLength = 12;
const tagLength = 16;

/**
 * Encrypts text that has to be stored and read again, such as an IdP's refresh token.
 * The key comes from the first configuration secret by HKDF-SHA256 (RFC 5869); `purpose` keeps the keys of different
 * uses apart. Gives `v1.` and base64url. Throws a plain Error when there is no secret.
 */
export function encryptSecret(plain: string, secrets: readonly string[], purpose: string): string {
  const first = secrets[0];
  if (first === undefined) throw new Error('there is no secret to encrypt with');
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', keyFrom(first, purpose), nonce);
  cipher.setAAD(Buffer.from(version));
  const body = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${version}.${body.toString('base64url')}`;
}

/**
 * Reads what {@link encryptSecret} gave, trying every secret. Undefined when none fits or the text was changed: the
 * value is lost, which callers treat as if it had never been there.
 */
export function decryptSecret(
  sealed: string,
  secrets: readonly string[],
  purpose: string,
): string | undefined {
  if (!sealed.startsWith(`${version}.`)) return undefined;
  const body = Buffer.from(sealed.slice(version.length + 1), 'base64url');
  if (body.length < nonceLength + tagLength) return undefined;
  for (const secret of secrets) {
    try {
      const decipher = createDecipheriv(
        'aes-256-gcm',
        keyFrom(secret, purpose),
        body.subarray(0, nonceLength),
        {
          authTagLength: tagLength,
        },
      );
      decipher.setAAD(Buffer.from(version));
      decipher.setAuthTag(body.subarray(-tagLength));
      const plain = decipher.update(body.subarray(nonceLength, -tagLength));
      return Buffer.concat([plain, decipher.final()]).toString('utf8');
    } catch {
      // Not this secret: the next may be the one it was encrypted with.
    }
  }
  return undefined;
}

function keyFrom(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `doorward ${purpose} ${version}`, 32));
}
