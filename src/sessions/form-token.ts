import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The token that forms of a session carry: whoever can send it has seen a page of that very session, which no page of
 * another site can. `digest` is the session's; nothing is stored.
 */
export function formToken(digest: string, secrets: readonly string[]): string {
  const [secret = ''] = secrets;
  return tokenWith(secret, digest).toString('base64url');
}

/** Is this the token of that session, made with any of the secrets? Compared in constant time. */
export function isFormToken(token: unknown, digest: string, secrets: readonly string[]): boolean {
  if (typeof token !== 'string' || token.length > 100) return false;
  const given = Buffer.from(token, 'base64url');
  return secrets.some((secret) => {
    const expected = tokenWith(secret, digest);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

function tokenWith(secret: string, digest: string): Buffer {
  return createHmac('sha256', secret).update(`doorward form token\n${digest}`).digest();
}
