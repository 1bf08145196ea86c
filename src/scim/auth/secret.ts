import { createHash, timingSafeEqual } from 'node:crypto';

/** What secrets begin with, so that people and secret scanners know one when they see it. */
const prefix = 'dwscim';

export interface NewSecret {
  /** Public: what the secret is called by in lists. */
  readonly id: string;
  /** Shown once. */
  readonly secret: string;
  readonly digest: string;
}

/** A new secret: 64 bits of public id, 256 bits that nobody can guess. */
export function newSecret(random: (size: number) => Buffer): NewSecret {
  const id = random(8).toString('hex');
  const secret = `${prefix}_${id}_${random(32).toString('base64url')}`;
  return { id, secret, digest: digestOf(secret) };
}

/** The public id in a secret, or undefined when it does not look like one. */
export function idIn(secret: string): string | undefined {
  return /^dwscim_([0-9a-f]{16})_[\w-]{43}$/.exec(secret)?.[1];
}

/** The form in which a secret is kept: base64url(SHA-256). */
export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** Compares in constant time; an unknown id is compared too, with something that nothing equals. */
export function isSecret(secret: string, digest: string | undefined): boolean {
  const given = createHash('sha256').update(secret).digest();
  const kept = digest === undefined ? Buffer.alloc(given.length) : Buffer.from(digest, 'base64url');
  return kept.length === given.length && timingSafeEqual(given, kept) && digest !== undefined;
}
