import { createHash } from 'node:crypto';
import type { Config } from '../config/index.ts';
import type { SessionLogin } from '../sessions/index.ts';
import { tokenDigest, tokenPrefix } from '../tokens/index.ts';
import { bearerJwts, type VerifiedJwt } from './bearer-jwt.ts';
import type { TokenSource } from './types.ts';

/** A bearer token of ours, as a request brought it. */
export interface Credential {
  /** Digest under which it is remembered: tokens themselves are not kept. */
  readonly key: string;
  readonly text: string;
}

/** Whose token it is, and how long that is believed. Milliseconds since the epoch. */
export interface Bearer {
  /** Names the token in logs and assertions, as a session's digest does. */
  readonly digest: string;
  readonly login: SessionLogin;
  readonly expiresAt: number;
  /** A personal token's id, and when it was last used. */
  readonly personal: { readonly id: string; readonly usedAt: number } | undefined;
}

export interface Bearers {
  /** The credential in an `Authorization` header (RFC 6750, section 2.1); undefined when there is none of ours. */
  read(authorization: string): Credential | undefined;
  /**
   * Checks what can be checked without the directory. Undefined: it is worth nothing.
   * Rejects when it cannot be found out.
   */
  verify(credential: Credential): Promise<VerifiedJwt | 'personal' | undefined>;
  /** Looks up in the directory whose it is, now. Undefined: nobody's, revoked, expired. Rejects as the directory does. */
  locate(credential: Credential, verified: VerifiedJwt | 'personal', at: number): Promise<Bearer | undefined>;
}

/** A JWT is verified anew after this long, whatever its own end, in case its issuer withdrew the key. */
const jwtBelievedFor = 5 * 60_000;

/** The id of a personal token, from what names it. */
export function tokenIdOf(digest: string): string {
  return digest.slice(personalMark.length);
}

const personalMark = 'token-';

/** Personal tokens and JWTs of configured issuers. */
export function bearers(
  config: Pick<Config, 'tokens'>,
  source: TokenSource,
  options: { readonly now: () => number; readonly fetch?: typeof globalThis.fetch },
): Bearers {
  const { personal, jwt } = config.tokens;
  const jwts = bearerJwts(jwt, options);

  async function locatePersonal(text: string, at: number): Promise<Bearer | undefined> {
    const digest = tokenDigest(text);
    const token = digest === undefined ? undefined : await source.findToken(digest);
    if (token === undefined || token.revokedAt !== undefined || token.expiresAt <= at) return undefined;
    const { id, userId, provider, createdAt, expiresAt, lastUsedAt = 0 } = token;
    return {
      digest: personalMark + id,
      // Nobody proves anything anew with a token: it is never a recent sign-in, and of no context.
      login: { userId, provider, issuer: '', subject: '', authenticatedAt: createdAt, amr: [], idp: {} },
      expiresAt,
      personal: { id, usedAt: lastUsedAt },
    };
  }

  async function locateJwt(verified: VerifiedJwt, key: string, at: number): Promise<Bearer | undefined> {
    const { identity, acr, authenticatedAt } = verified;
    const user = await source.findByIdentity(identity);
    const known = user?.identities.find(
      (each) => each.issuer === identity.issuer && each.subject === identity.subject,
    );
    if (user === undefined || known === undefined) return undefined;
    return {
      digest: `jwt-${key}`,
      login: {
        userId: user.id,
        provider: known.provider,
        ...identity,
        authenticatedAt: authenticatedAt ?? at,
        ...(authenticatedAt !== undefined && { authTimeStated: true }),
        ...(acr !== undefined && { acr }),
        amr: [],
        idp: {},
      },
      expiresAt: Math.min(verified.expiresAt, at + jwtBelievedFor),
      personal: undefined,
    };
  }

  return {
    read(authorization) {
      const [, text] = /^bearer[ \t]+(\S+)[ \t]*$/i.exec(authorization) ?? [];
      if (text === undefined || !(text.startsWith(tokenPrefix) || jwts.isOurs(text))) return undefined;
      return { key: createHash('sha256').update(text).digest('base64url'), text };
    },
    async verify({ text }) {
      if (!text.startsWith(tokenPrefix)) return jwts.verify(text);
      return personal ? 'personal' : undefined;
    },
    locate: ({ text, key }, verified, at) =>
      verified === 'personal' ? locatePersonal(text, at) : locateJwt(verified, key, at),
  };
}
