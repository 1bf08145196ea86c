import { changedToken, type ScimToken, type ScimTokenStore } from '../../directory/index.ts';
import { ScimError } from '../error.ts';
import type { Caller, ScimDeps, ScimProvider } from '../types.ts';
import { idIn, isSecret } from './secret.ts';

/** A request without a valid token; the challenge goes into `WWW-Authenticate` (RFC 6750, section 3). */
export class Unauthenticated extends ScimError {
  readonly challenge: string;

  constructor(detail: string, error?: 'invalid_token' | 'invalid_request') {
    super(401, detail);
    this.challenge = `Bearer realm="scim"${error ? `, error="${error}"` : ''}`;
  }
}

/** How often the use of a token is noted, milliseconds. */
const noteInterval = 60_000;

/** Tokens that are remembered; nobody has more clients. */
const mostRemembered = 1_000;

/**
 * Whoever holds the bearer token of an `Authorization` header. A token is remembered only as long as the directory vouches
 * that nothing changed unheard: one that was revoked a moment ago, wherever, is refused.
 * @throws Unauthenticated
 */
export function createAuthenticate(deps: {
  readonly tokens: Pick<ScimTokenStore, 'find' | 'used'>;
  /** Whether what was read before may be used for the request being handled now, and what may not any more. */
  readonly freshness: ScimDeps['freshness'];
  readonly providers: ReadonlyMap<string, ScimProvider>;
  readonly now: () => number;
  readonly noteFailed: (error: unknown) => void;
}): (header: string | undefined) => Promise<Caller> {
  const { tokens, freshness, providers, now } = deps;
  const noted = new Map<string, number>();
  const remembered = new Map<string, NonNullable<Awaited<ReturnType<typeof tokens.find>>>>();
  let revocations = 0;
  freshness.onInvalidated((key) => {
    const id = key === undefined ? undefined : changedToken(key);
    if (key !== undefined && id === undefined) return;
    revocations += 1;
    if (id === undefined) remembered.clear();
    else remembered.delete(id);
  });

  async function find(id: string) {
    const isTrusted = freshness.check() === 'trusted';
    const known = isTrusted ? remembered.get(id) : undefined;
    if (known) return known;
    const before = revocations;
    const found = await tokens.find(id);
    // A revocation that was heard of while the store was asked may be newer than its answer.
    if (found && isTrusted && before === revocations && remembered.size < mostRemembered)
      remembered.set(id, found);
    return found;
  }

  /** In the background: whoever asks need not wait for a note to be written. */
  function note(id: string, at: number): void {
    if (at - (noted.get(id) ?? 0) < noteInterval) return;
    noted.set(id, at);
    if (noted.size > 1_000) noted.clear();
    void tokens.used(id, at).catch(deps.noteFailed);
  }

  return async (header) => {
    if (header === undefined || header.trim() === '') throw new Unauthenticated('The request has no token.');
    const secret = /^bearer +(\S+) *$/i.exec(header)?.[1];
    if (secret === undefined)
      throw new Unauthenticated('The Authorization header must be "Bearer" and a token.', 'invalid_request');
    const id = idIn(secret);
    const found = id === undefined ? undefined : await find(id);
    const isRight = isSecret(secret, found?.token.digest);
    if (!found || !isRight || found.token.kind === 'client')
      throw new Unauthenticated('The token is not valid.', 'invalid_token');
    const at = now();
    refuseEnded(found.token, at);
    if (found.token.kind === 'access') {
      if (!found.client) throw new Unauthenticated('The token is not valid.', 'invalid_token');
      refuseEnded(found.client, at);
    }
    const provider = providers.get(found.token.provider);
    if (!provider)
      throw new Unauthenticated('The provider of this token has no SCIM any more.', 'invalid_token');
    note(found.token.id, at);
    if (found.client) note(found.client.id, at);
    return { provider, actor: { kind: 'scim', name: (found.client ?? found.token).name } };
  };
}

/** Whoever proves to hold a token may know why it is not valid any more. */
export function refuseEnded(token: ScimToken, at: number): void {
  if (token.revokedAt !== undefined) throw new Unauthenticated('The token was revoked.', 'invalid_token');
  if (token.expiresAt !== undefined && token.expiresAt <= at)
    throw new Unauthenticated(
      `The token expired on ${new Date(token.expiresAt).toISOString()}.`,
      'invalid_token',
    );
}
