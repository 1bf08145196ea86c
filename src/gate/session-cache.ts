import type { SessionLogin, SessionRecord } from '../sessions/index.ts';
import { boundedMap } from './bounded-map.ts';
import type { KeptAssertion } from './kept-assertion.ts';
import type { CachedUser, UserView } from './user-cache.ts';

/** A live session as the gate remembers it, found by the raw value of its cookie. */
export interface CachedSession {
  readonly cookie: string;
  /** Changed by {@link renew} only. */
  record: SessionRecord;
  /**
   * When it ends, milliseconds after the gate began. A small integer lies in the object itself; that, and `view`, keep a
   * request from wandering through memory that no cache of the processor holds when there are many sessions.
   */
  endsAfter: number;
  readonly login: SessionLogin;
  /** False as soon as it was forgotten: whoever still holds it must ask again. */
  live: boolean;
  /** The session's user as last seen; its snapshot is gone when it must be asked for again. */
  user: CachedUser | undefined;
  /** What the gate says of that user; as good as the user's snapshot. */
  view: UserView | undefined;
  /** Assertions of this session, the last one made first; see assertions.ts. */
  assertion: KeptAssertion | undefined;
  /** When the store last said that the session lives, on the clock that never goes back, milliseconds. */
  confirmedAt: number;
  /** When somebody last used it, milliseconds since the epoch; the store may not know yet. */
  usedAt: number;
  unwritten: boolean;
  used: boolean;
}

export interface SessionCache {
  get(cookie: string): CachedSession | undefined;
  put(session: CachedSession): void;
  /** Forgets the session with this digest; undefined: all of them. */
  drop(digest: string | undefined): void;
  readonly size: number;
}

/**
 * Sessions by cookie and by digest; an entry is always in both, so that an ending never misses one.
 * `capacity` is how many sessions are kept.
 */
export function sessionCache(capacity: number): SessionCache {
  const byDigest = new Map<string, Map<string, CachedSession>>();
  const byCookie = boundedMap<CachedSession>({ capacity, onGone: forget });

  function forget(session: CachedSession): void {
    const shard = byDigest.get(shardKey(session.record.digest));
    if (shard?.get(session.record.digest) === session) shard.delete(session.record.digest);
    session.user = undefined;
    session.view = undefined;
    session.assertion = undefined;
    session.live = false;
  }

  return {
    get: (cookie) => byCookie.get(cookie),
    put(session) {
      const { digest } = session.record;
      const key = shardKey(digest);
      let shard = byDigest.get(key);
      if (shard === undefined) byDigest.set(key, (shard = new Map()));
      const before = shard.get(digest);
      if (before !== undefined) byCookie.delete(before.cookie);
      shard.set(digest, session);
      byCookie.set(session.cookie, session);
    },
    drop(digest) {
      if (digest === undefined) {
        byCookie.clear();
        return;
      }
      const session = byDigest.get(shardKey(digest))?.get(digest);
      if (session !== undefined) byCookie.delete(session.cookie);
    },
    get size() {
      return byCookie.size;
    },
  };
}

/** Digests are random: their first character makes 64 small maps of one large one. */
function shardKey(digest: string): string {
  return digest.slice(0, 1);
}

const noTokens = Object.freeze({});
const interned = new Map<string, string>();

/**
 * A session as it is remembered: without what the identity provider's tokens are and where the browser was, and
 * without holding on to the larger text that its strings were cut from.
 */
export function remembered(
  cookie: string,
  record: SessionRecord,
  login: SessionLogin,
  confirmedAt: number,
  began: number,
): CachedSession {
  const kept: SessionLogin = {
    userId: login.userId,
    provider: intern(login.provider),
    issuer: intern(login.issuer),
    subject: login.subject,
    authenticatedAt: login.authenticatedAt,
    ...(login.authTimeStated === true && { authTimeStated: true }),
    ...(login.acr === undefined ? {} : { acr: intern(login.acr) }),
    amr: login.amr,
    idp: noTokens,
  };
  return {
    cookie: Buffer.from(cookie, 'latin1').toString('latin1'),
    record: { ...record, login: kept },
    endsAfter: endOf(record) - began,
    login: kept,
    live: true,
    user: undefined,
    view: undefined,
    assertion: undefined,
    confirmedAt,
    usedAt: record.lastSeenAt,
    unwritten: false,
    used: false,
  };
}

/** Takes over what the store says of a session by now; who signed in, and how, stays. */
export function renew(session: CachedSession, record: SessionRecord, began: number): void {
  session.record = { ...record, login: session.login };
  session.endsAfter = endOf(record) - began;
}

function endOf({ idleExpiresAt, absoluteExpiresAt }: SessionRecord): number {
  return Math.min(idleExpiresAt, absoluteExpiresAt);
}

/** Does the store still say what is remembered of who signed in, and how? */
export function sameLogin(a: SessionLogin, b: SessionLogin): boolean {
  return (
    a.userId === b.userId &&
    a.provider === b.provider &&
    a.issuer === b.issuer &&
    a.subject === b.subject &&
    a.authenticatedAt === b.authenticatedAt &&
    a.authTimeStated === b.authTimeStated &&
    a.acr === b.acr
  );
}

/** A few names that come with every session are kept once; bounded, because an `acr` may be anything. */
function intern(text: string): string {
  const known = interned.get(text);
  if (known !== undefined) return known;
  if (interned.size < 1000) interned.set(text, text);
  return text;
}
