import type { Config } from '../config/index.ts';
import type { Directory } from '../directory/index.ts';
import type { Log } from '../identity/index.ts';
import { bearers, tokenIdOf, type Bearer, type Credential } from './bearer.ts';
import { boundedMap } from './bounded-map.ts';
import type { Loads } from './loads.ts';
import { remembered, type CachedSession } from './session-cache.ts';
import type { Admission, GateCounters, GateRequest, TokenSource } from './types.ts';
import type { CachedUser, UserCache, UserView } from './user-cache.ts';

/** Admission of scripts, by `Authorization: Bearer`; the same users, the same policy. */
export interface TokenAdmission {
  read(authorization: string): Credential | undefined;
  admit(request: GateRequest, credential: Credential): Admission | Promise<Admission>;
}

interface Options {
  readonly config: Pick<Config, 'tokens'>;
  readonly source: TokenSource;
  readonly directory: Pick<Directory, 'snapshot'>;
  readonly users: UserCache;
  /** The reads of users under way: an invalidation of the user meanwhile also means the token. */
  readonly loads: Loads;
  /** May what is remembered of users be used for this request? */
  readonly trusted: () => boolean;
  readonly conclude: (
    request: GateRequest,
    session: CachedSession,
    user: CachedUser,
    view: UserView | undefined,
    at: number,
  ) => Admission;
  /** Ends in "unavailable" when the stores do not answer in time, or not at all. */
  readonly inTime: (work: () => Promise<Admission>) => Promise<Admission>;
  readonly counters: Pick<GateCounters, 'asked' | 'remembered'>;
  /** When the gate began; times of sessions count from there. */
  readonly began: number;
  readonly elapsed: () => number;
  readonly now: () => number;
  readonly log: Log;
  readonly fetch: typeof globalThis.fetch | undefined;
}

/** How many tokens are remembered. */
const capacity = 16_384;
const attempts = 3;
const noteUseEvery = 60 * 60_000;

const rejected: Admission = { kind: 'signed_out', token: 'rejected' };
const unavailable: Admission = { kind: 'unavailable' };

/**
 * A token is remembered together with its user as the directory told of both in one reading. Whatever changes the user,
 * the revocation of one of their tokens included, makes that user forgotten, and with them the token: the next request
 * asks for both again.
 */
export function tokenAdmission(options: Options): TokenAdmission {
  const { source, directory, users, loads, began, elapsed, now, log } = options;
  const tokens = bearers(options.config, source, { now, ...(options.fetch && { fetch: options.fetch }) });
  const cache = boundedMap<CachedSession>({
    capacity,
    onGone(entry) {
      entry.live = false;
      entry.assertion = undefined;
    },
  });

  function conclude(request: GateRequest, entry: CachedSession, user: CachedUser, at: number): Admission {
    const admission = options.conclude(request, entry, user, entry.view, at);
    if (admission.kind === 'admitted')
      return { ...admission, identity: { ...admission.identity, byToken: true } };
    // Nobody sits behind a token who could sign in anew.
    if (admission.kind === 'step_up') return { ...admission, provider: undefined };
    return admission.kind === 'signed_out' ? rejected : admission;
  }

  async function ask(request: GateRequest, credential: Credential): Promise<Admission> {
    const verified = await tokens.verify(credential);
    if (verified === undefined) return rejected;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const at = now();
      const first = await tokens.locate(credential, verified, at);
      if (first === undefined) return rejected;
      const { userId } = first.login;
      const askedAt = elapsed();
      const answer = await loads.read(userId, async () => {
        const [bearer, snapshot] = await Promise.all([
          tokens.locate(credential, verified, at),
          directory.snapshot(userId),
        ]);
        return { bearer, snapshot };
      });
      const { bearer, snapshot } = answer.value;
      if (bearer === undefined || snapshot === undefined || bearer.login.userId !== userId) return rejected;
      const user = answer.settled ? users.put(snapshot, askedAt) : users.passing(snapshot, askedAt);
      const entry = entryOf(credential, bearer, user, at, askedAt);
      if (answer.settled) cache.set(credential.key, entry);
      noteUse(entry, at);
      if (user.snapshot !== undefined) return conclude(request, entry, user, at);
    }
    return unavailable;
  }

  function entryOf(
    { key }: Credential,
    { digest, login, expiresAt, personal }: Bearer,
    user: CachedUser,
    at: number,
    askedAt: number,
  ): CachedSession {
    const record = {
      digest,
      login,
      createdAt: login.authenticatedAt,
      lastSeenAt: personal?.usedAt ?? at,
      idleExpiresAt: expiresAt,
      absoluteExpiresAt: expiresAt,
    };
    const entry = remembered(key, record, login, askedAt, began);
    entry.user = user;
    entry.view = users.view(user, login.provider);
    return entry;
  }

  /** About once an hour, between requests: nobody waits for it, and nothing depends on it. */
  function noteUse(entry: CachedSession, at: number): void {
    if (at - entry.usedAt < noteUseEvery) return;
    entry.usedAt = at;
    source
      .tokenUsed(tokenIdOf(entry.record.digest), at)
      .catch((error: unknown) => log.debug({ err: error }, 'the use of a token could not be noted'));
  }

  return {
    read: (authorization) => tokens.read(authorization),
    admit(request, credential) {
      const at = now();
      const entry = cache.get(credential.key);
      const user = entry?.user;
      if (
        entry !== undefined &&
        options.trusted() &&
        at - began < entry.endsAfter &&
        user?.snapshot !== undefined
      ) {
        entry.used = true;
        user.used = true;
        options.counters.remembered += 1;
        noteUse(entry, at);
        return conclude(request, entry, user, at);
      }
      options.counters.asked += 1;
      return options.inTime(() => ask(request, credential));
    },
  };
}
