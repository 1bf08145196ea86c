import type { IdpSession } from '../identity/index.ts';

/**
 * A session as it is stored: *who* and *how they signed in*, never their groups or status.
 * The session id itself is nowhere: `digest` is base64url(SHA-256(session id)).
 */
export interface SessionRecord {
  readonly digest: string;
  /** Undefined until the login is complete; such a session admits nobody. */
  readonly login: SessionLogin | undefined;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  /** Ends at the earlier of the two, milliseconds since the epoch. */
  readonly idleExpiresAt: number;
  readonly absoluteExpiresAt: number;
}

export interface SessionLogin {
  readonly userId: string;
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
  readonly authenticatedAt: number;
  /** The identity provider said when; otherwise `authenticatedAt` is only when it sent its answer. */
  readonly authTimeStated?: boolean;
  readonly acr?: string;
  readonly amr: readonly string[];
  /** Token fields (`idToken`, `refreshToken`) are encrypted before they come here. */
  readonly idp: IdpSession;
  readonly userAgent?: string;
  readonly address?: string;
}

/**
 * The store of sessions. SQLite and Redis pass one conformance suite. Every method rejects with
 * Failure('store_unavailable') when the store does not answer in time; none ever answers from a guess.
 */
export interface SessionStore {
  /** The live session (neither expired nor ended), or undefined. */
  get(digest: string): Promise<StoredSession | undefined>;
  /**
   * Writes a session. Returns false, and writes nothing, when the digest was ended before: the dead stay dead.
   * `fresh` says that the caller made the id just now; without it, a session that no longer exists is not brought back.
   */
  set(session: StoredSession, options: { fresh: boolean }): Promise<boolean>;
  /**
   * Writes this login in place of the one whose (encrypted) refresh token is `before`: of two who renew it, one wins. False,
   * and nothing is written, when the session has ended, expired, or holds another token by now. Moves no expiry.
   */
  renew(digest: string, before: string, login: SessionLogin): Promise<boolean>;
  /** Moves lastSeenAt and the idle expiry, only of a live session. */
  touch(digest: string, lastSeenAt: number, idleExpiresAt: number): Promise<boolean>;
  /** Ends it: leaves a tombstone until the absolute expiry. Returns the record if it was alive. */
  end(digest: string): Promise<SessionRecord | undefined>;
  /** Ends all sessions of a user; returns those that were alive. */
  endByUser(userId: string): Promise<readonly SessionRecord[]>;
  listByUser(userId: string): Promise<readonly SessionRecord[]>;
  /** All live sessions, newest first, for `doorward sessions list`. */
  list(options: { limit: number }): Promise<readonly SessionRecord[]>;
  /** Live sessions that the identity provider calls by this `sid` or SessionIndex, at this issuer. */
  findByIdpSession(issuer: string, idpSessionId: string): Promise<readonly SessionRecord[]>;
  /**
   * True when a session that this process read before may have changed since in a way it was not told of.
   * Where a cheap exact check exists (SQLite `PRAGMA data_version`) it is asked before each cached answer.
   */
  readonly freshness: Freshness;
  /** Resolves when the store answers; rejects with Failure('store_unavailable') otherwise. For `/readyz`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** A record and what express-session keeps besides (its `cookie`, `passport`, flash values), as JSON text. */
export interface StoredSession {
  readonly record: SessionRecord;
  readonly data: string;
}

/** How a cache learns what is no longer true. */
export interface Freshness {
  /**
   * May cached entries be used for the request being handled now? Brings pending invalidations in first, synchronously.
   * `ask`: no, ask the store this time (no channel, or it is down). When it is `trusted` again, everything that changed
   * in between has been told of, or (undefined) that all may have.
   */
  check(): 'trusted' | 'ask';
  /** Called with the key (session digest or user id) that changed, or undefined for "all of them". */
  onInvalidated(listener: (key: string | undefined) => void): void;
}

/** Short-lived facts in the same store: login state, replay records, rate limits. All atomic. */
export interface TransientStore {
  put(kind: string, key: string, value: string, ttl: number): Promise<void>;
  get(kind: string, key: string): Promise<string | undefined>;
  /** Reads and deletes in one step: of many callers, one gets the value. */
  take(kind: string, key: string): Promise<string | undefined>;
  /** True for exactly one caller until the record expires. */
  addOnce(kind: string, key: string, ttl: number): Promise<boolean>;
  /** Counts in a fixed window that starts with the first call. */
  increment(kind: string, key: string, window: number): Promise<{ count: number; resetsAt: number }>;
}
