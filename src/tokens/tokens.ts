import { Failure } from '../identity/index.ts';
import { newTokenText, tokenDigest } from './token-text.ts';
import type { PersonalToken, TokenActor, TokenEvent, TokenStore } from './types.ts';

/** What people and administrators do with personal tokens. Rejects with Failure('store_unavailable'). */
export interface Tokens {
  /** Makes a token. `text` is the token itself, and this is the only time that anybody sees it. */
  create(request: NewToken, actor: TokenActor): Promise<Created | { readonly kind: TokenRefusal }>;
  /** Newest first, without those that were revoked or have expired; of everybody without a user id. */
  list(userId?: string): Promise<readonly PersonalToken[]>;
  /** Revokes one of this person's tokens; false when there is none of that id that still lives. */
  revoke(userId: string, id: string, actor: TokenActor): Promise<boolean>;
  /** Longest time a token may live, milliseconds. */
  readonly maxAge: number;
}

export interface NewToken {
  readonly userId: string;
  readonly provider: string;
  readonly name: string;
  /** Milliseconds from now; by default as long as is allowed. */
  readonly lifetime?: number;
}

export interface Created {
  readonly kind: 'created';
  readonly text: string;
  readonly token: PersonalToken;
}

/** `lifetime`: longer than `maxAge`, or none at all. `name`: empty, longer than 100 characters, or with control characters. */
export type TokenRefusal = 'lifetime' | 'name' | 'too_many';

/** Nobody has use for more. */
const mostLive = 50;

export function createTokens(deps: {
  store: TokenStore;
  now: () => number;
  random: (size: number) => Uint8Array;
  /** Milliseconds. */
  maxAge: number;
}): Tokens {
  const { store, now, random, maxAge } = deps;
  return {
    maxAge,
    async create({ userId, provider, name, lifetime = maxAge }, actor) {
      const label = name.trim();
      if (label === '' || label.length > 100 || /\p{Cc}/u.test(label)) return { kind: 'name' };
      if (!Number.isFinite(lifetime) || lifetime <= 0 || lifetime > maxAge) return { kind: 'lifetime' };
      const at = now();
      const text = newTokenText(random);
      const token: PersonalToken = {
        id: Buffer.from(random(8)).toString('hex'),
        userId,
        provider,
        name: label,
        digest: tokenDigest(text) ?? '',
        createdAt: at,
        expiresAt: at + lifetime,
        lastUsedAt: undefined,
        revokedAt: undefined,
      };
      const outcome = await store.addToken(token, mostLive, () => [event('token.created', token, actor, at)]);
      if (outcome === 'no_user') throw new Failure('not_found', { detail: 'tokens.user' });
      return outcome === 'added' ? { kind: 'created', text, token } : { kind: outcome };
    },
    async list(userId) {
      const at = now();
      const tokens = await store.listTokens(userId);
      return tokens.filter(({ revokedAt, expiresAt }) => revokedAt === undefined && expiresAt > at);
    },
    async revoke(userId, id, actor) {
      const at = now();
      const revoked = await store.revokeToken(userId, id, at, (token) => [
        event('token.revoked', token, actor, at),
      ]);
      return revoked !== undefined;
    },
  };
}

function event(type: TokenEvent['type'], token: PersonalToken, actor: TokenActor, at: number): TokenEvent {
  const { userId, provider, id: tokenId, name: tokenName } = token;
  return { type, at, actor, userId, provider, tokenId, tokenName };
}
