import { createRemoteJWKSet, customFetch, decodeJwt, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import type { BearerIssuer } from '../config/index.ts';
import type { IdentityKey } from '../identity/index.ts';

/** What a verified bearer JWT says. Times in milliseconds since the epoch. */
export interface VerifiedJwt {
  readonly identity: IdentityKey;
  readonly expiresAt: number;
  readonly authenticatedAt: number | undefined;
  readonly acr: string | undefined;
}

export interface BearerJwts {
  /** Is this a JWT that calls itself one of a configured issuer? Others are none of our business. */
  isOurs(token: string): boolean;
  /**
   * Undefined when it does not hold: signature, algorithm, issuer, audience, times, subject.
   * Rejects when the issuer's keys cannot be had.
   */
  verify(token: string): Promise<VerifiedJwt | undefined>;
}

/** Longer ones are not taken apart. */
const longest = 16_384;
const form = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** The issuers of `tokens.jwt`. Keys are fetched when the first token comes, and again when one names an unknown key. */
export function bearerJwts(
  issuers: readonly BearerIssuer[],
  { now, fetch = globalThis.fetch }: { readonly now: () => number; readonly fetch?: typeof globalThis.fetch },
): BearerJwts {
  const known = new Map<string, BearerIssuer & { readonly keys: JWTVerifyGetKey }>(
    issuers.map((issuer) => [
      issuer.issuer,
      {
        ...issuer,
        keys: createRemoteJWKSet(new URL(issuer.jwksUri), {
          timeoutDuration: 1000,
          cooldownDuration: 30_000,
          [customFetch]: (url, init) => fetch(url, init as RequestInit),
        }),
      },
    ]),
  );

  function issuerOf(token: string): (BearerIssuer & { readonly keys: JWTVerifyGetKey }) | undefined {
    if (known.size === 0 || token.length > longest || !form.test(token)) return undefined;
    try {
      return known.get(decodeJwt(token).iss ?? '');
    } catch {
      return undefined;
    }
  }

  return {
    isOurs: (token) => issuerOf(token) !== undefined,
    async verify(token) {
      const issuer = issuerOf(token);
      if (issuer === undefined) return undefined;
      try {
        const { payload } = await jwtVerify(token, issuer.keys, {
          issuer: issuer.issuer,
          audience: [...issuer.audience],
          algorithms: [...issuer.algs],
          requiredClaims: ['exp', issuer.subjectClaim],
          clockTolerance: 30,
          currentDate: new Date(now()),
        });
        const subject = payload[issuer.subjectClaim];
        if (typeof subject !== 'string' || subject === '' || payload.exp === undefined) return undefined;
        const { auth_time: authTime, acr } = payload;
        return {
          identity: { issuer: issuer.knownAs, subject },
          expiresAt: payload.exp * 1000,
          authenticatedAt: typeof authTime === 'number' ? authTime * 1000 : undefined,
          acr: typeof acr === 'string' ? acr : undefined,
        };
      } catch (error) {
        if (isAboutTheToken(error)) return undefined;
        throw error;
      }
    },
  };
}

/** Says that the token is wrong, not that its issuer could not be asked. */
function isAboutTheToken(error: unknown): boolean {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout) &&
    !(error instanceof errors.JWKSInvalid) &&
    // What jose says when the key set is answered with anything but 200, or is no JSON.
    error.code !== errors.JOSEError.code
  );
}
