import { createHash } from 'node:crypto';

/** What every personal token begins with, so that people, scanners of leaked secrets, and the gate know it at sight. */
export const tokenPrefix = 'dw_';

const form = /^dw_[A-Za-z0-9_-]{43}$/;

/** A new token of 256 random bits. */
export function newTokenText(random: (size: number) => Uint8Array): string {
  return tokenPrefix + Buffer.from(random(32)).toString('base64url');
}

/**
 * The form in which a token is stored and looked up: base64url(SHA-256(token)); undefined for what cannot be one. A token
 * is random, so a plain digest is enough, and looking it up tells nothing about others.
 */
export function tokenDigest(text: string): string | undefined {
  return form.test(text) ? createHash('sha256').update(text).digest('base64url') : undefined;
}
