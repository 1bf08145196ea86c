import type { RemoteDocument } from './remote-document.ts';
import { createRemoteDocument } from './remote-document.ts';

/** A JSON Web Key Set (RFC 7517, section 5), as text for openid-client and with the key ids that are in it. */
export interface KeySet {
  readonly text: string;
  readonly keyIds: ReadonlySet<string>;
}

/** The header of a token that is about to be verified; not believed, only used to find the key. */
export interface TokenHeader {
  readonly kid: string | undefined;
}

/** Verification keys of one provider. */
export interface VerificationKeys {
  /** The key set to verify a token of this header with. */
  for(header: TokenHeader): Promise<KeySet>;
}

/** At most one fetch in so many milliseconds that a token, which anybody can make up, gives rise to. */
const tokenPause = 60_000;
const freshness = { fresh: 600_000, usable: 3_600_000, pause: 3_000 };

/**
 * Keys are read when first needed and again after ten minutes. A token with a key id that is not among them leads to one
 * more fetch, so that a rotation keeps logins going, and however many such tokens come, to no more than one a minute.
 * A token without a key id is verified with keys no older than a minute: it cannot tell us of a rotation.
 */
export function createVerificationKeys(load: () => Promise<KeySet>, now: () => number): VerificationKeys {
  const document: RemoteDocument<KeySet> = createRemoteDocument(load, freshness, now);
  let askedForToken = Number.NEGATIVE_INFINITY;
  return {
    async for({ kid }) {
      if (kid === undefined) return document.read(tokenPause);
      const keys = await document.read();
      if (keys.keyIds.has(kid) || now() - askedForToken < tokenPause) return keys;
      askedForToken = now();
      return document.read(0);
    },
  };
}

/** Reads a key set. Undefined when the text is none. */
export function parseKeySet(text: string): KeySet | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const keys = typeof parsed === 'object' && parsed !== null && 'keys' in parsed ? parsed.keys : undefined;
  if (!Array.isArray(keys)) return undefined;
  const ids = keys.map((key: unknown) =>
    typeof key === 'object' && key !== null && 'kid' in key ? key.kid : undefined,
  );
  return { text, keyIds: new Set(ids.filter((id) => typeof id === 'string')) };
}
