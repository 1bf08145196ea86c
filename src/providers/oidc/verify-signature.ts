import { compactVerify, createLocalJWKSet, errors, type JSONWebKeySet } from 'jose';
import type { SignedToken } from '../types.ts';
import type { KeySet, TokenHeader } from './key-set.ts';
import { rejected } from './rejected.ts';
import { readTokenHeader } from './token-header.ts';

/** Longest token that is looked at, characters. */
const longest = 65_536;

/**
 * Verifies the signature of a JWT that came without a code in front of it: nothing else vouches for it. The algorithm is
 * one of the list, which has none that a public key could pass for (RFC 8725, section 3.1); the claims are not judged.
 *
 * @throws Failure `login_rejected`, labelled `oidc.alg`, `oidc.key`, `oidc.signature` or `oidc.token_malformed`; and what
 *   `keys` throws
 */
export async function verifySignature(
  jwt: string,
  algs: readonly string[],
  keys: (header: TokenHeader) => Promise<KeySet>,
): Promise<SignedToken> {
  if (jwt.length > longest || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(jwt)) throw rejected('token_malformed');
  const header = readTokenHeader(jwt);
  if (header?.alg === undefined || !algs.includes(header.alg)) throw rejected('alg');
  const set = JSON.parse((await keys(header)).text) as JSONWebKeySet;
  const { payload, protectedHeader } = await verified(jwt, set, header.alg);
  const type = protectedHeader.typ?.toLowerCase().replace(/^application\//, '');
  return { claims: parseClaims(payload), type };
}

/** With the one key that fits the header; where it names none, with whichever of those that fit. */
async function verified(jwt: string, keys: JSONWebKeySet, alg: string) {
  const options = { algorithms: [alg] };
  try {
    return await compactVerify(jwt, createLocalJWKSet(keys), options);
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) {
      for await (const key of error) {
        try {
          return await compactVerify(jwt, key, options);
        } catch (inner) {
          if (!(inner instanceof errors.JWSSignatureVerificationFailed)) throw rejected('token_malformed');
        }
      }
      throw rejected('signature');
    }
    if (error instanceof errors.JWKSNoMatchingKey) throw rejected('key');
    if (error instanceof errors.JWSSignatureVerificationFailed) throw rejected('signature');
    throw rejected('token_malformed');
  }
}

function parseClaims(payload: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) {
      return claims as Record<string, unknown>;
    }
  } catch {
    // Signed, but not JSON: no claims.
  }
  throw rejected('token_malformed');
}
