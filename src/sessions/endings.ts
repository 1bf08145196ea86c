import type { SessionRecord, SessionStore } from './types.ts';

/** Why a session ended; the set is closed (audit knows the same words). */
export type EndCause =
  | 'logout'
  /** Another login in the same browser took its place. */
  | 'replaced'
  | 'disabled'
  | 'deactivated'
  | 'erased'
  | 'revoked'
  | 'idp_logout'
  | 'idp_event'
  | 'refresh_rejected'
  /** The identity provider could not be asked for longer than the provider's file allows. */
  | 'idp_unreachable'
  | 'expired';

/** What endings need of the audit room: one event for each session that ended. */
export interface EndingRecorder<Actor> {
  write(
    ...events: readonly {
      readonly type: 'session.ended';
      readonly at: number;
      readonly actor: Actor;
      readonly cause: EndCause;
      readonly sessionRef: string;
      readonly userId?: string;
      readonly provider?: string;
      readonly address?: string;
      readonly reference?: string;
    }[]
  ): Promise<void>;
}

/** What else the audit log is told of an ending. */
export interface EndingDetails {
  /** Address of the client that asked for it. */
  readonly address?: string;
  readonly reference?: string;
}

/** Every ending, whatever its road, goes through here: it ends, tells the audit log its cause, and counts. */
export interface Endings<Actor> {
  /** Ends one session by its digest; gives it as it was, or undefined when it was not alive. */
  end(
    digest: string,
    cause: EndCause,
    actor: Actor,
    details?: EndingDetails,
  ): Promise<SessionRecord | undefined>;
  /** Ends all sessions of a user; how many were alive. */
  endAllOf(userId: string, cause: EndCause, actor: Actor): Promise<number>;
  /** Ends the sessions an identity provider knows by this `sid` or SessionIndex; how many were alive. */
  endByIdpSession(issuer: string, idpSessionId: string, cause: EndCause, actor: Actor): Promise<number>;
  /** Ends these, as a list of live sessions gave them; how many were still alive. */
  endEach(sessions: readonly SessionRecord[], cause: EndCause, actor: Actor): Promise<number>;
}

/**
 * @param onEnded told of each ending, for metrics
 * @throws Failure `store_unavailable` when the store or the audit log cannot be written
 */
export function createEndings<Actor>(deps: {
  sessions: SessionStore;
  audit: EndingRecorder<Actor>;
  now: () => number;
  onEnded?: (cause: EndCause) => void;
}): Endings<Actor> {
  const { sessions, audit, now, onEnded } = deps;

  async function record(
    ended: readonly SessionRecord[],
    cause: EndCause,
    actor: Actor,
    details: EndingDetails = {},
  ): Promise<number> {
    // A session without a login admitted nobody: its end is no event.
    const logins = ended.filter((session) => session.login !== undefined);
    if (logins.length > 0) {
      await audit.write(
        ...logins.map((session) => ({
          type: 'session.ended' as const,
          at: now(),
          actor,
          cause,
          sessionRef: sessionRef(session.digest),
          ...details,
          ...(session.login && { userId: session.login.userId, provider: session.login.provider }),
        })),
      );
    }
    for (const _ of logins) onEnded?.(cause);
    return logins.length;
  }

  async function endEach(found: readonly SessionRecord[], cause: EndCause, actor: Actor): Promise<number> {
    const ended = await Promise.all(found.map((session) => sessions.end(session.digest)));
    return record(
      ended.filter((session) => session !== undefined),
      cause,
      actor,
    );
  }

  return {
    async end(digest, cause, actor, details) {
      const ended = await sessions.end(digest);
      if (ended !== undefined) await record([ended], cause, actor, details);
      return ended?.login === undefined ? undefined : ended;
    },
    async endAllOf(userId, cause, actor) {
      return record(await sessions.endByUser(userId), cause, actor);
    },
    async endByIdpSession(issuer, idpSessionId, cause, actor) {
      return endEach(await sessions.findByIdpSession(issuer, idpSessionId), cause, actor);
    },
    endEach,
  };
}

/** How a session is named in logs and lists: enough to tell sessions apart, useless as a session id. */
export function sessionRef(digest: string): string {
  return digest.slice(0, 12);
}
