import type { SessionRecord, SessionStore } from './types.ts';

/** Why a session ended; the set is closed (audit knows the same words). */
export type EndCause =
  | 'logout'
  | 'disabled'
  | 'deactivated'
  | 'erased'
  | 'revoked'
  | 'idp_logout'
  | 'idp_event'
  | 'refresh_rejected'
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
    }[]
  ): Promise<void>;
}

/** Every ending, whatever its road, goes through here: it ends, tells the audit log its cause, and counts. */
export interface Endings<Actor> {
  /** Ends one session by its digest; false when it was not alive. */
  end(digest: string, cause: EndCause, actor: Actor): Promise<boolean>;
  /** Ends all sessions of a user; how many were alive. */
  endAllOf(userId: string, cause: EndCause, actor: Actor): Promise<number>;
  /** Ends the sessions an identity provider knows by this `sid` or SessionIndex; how many were alive. */
  endByIdpSession(issuer: string, idpSessionId: string, cause: EndCause, actor: Actor): Promise<number>;
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

  async function record(ended: readonly SessionRecord[], cause: EndCause, actor: Actor): Promise<number> {
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
          ...(session.login && { userId: session.login.userId, provider: session.login.provider }),
        })),
      );
    }
    for (const _ of logins) onEnded?.(cause);
    return logins.length;
  }

  return {
    async end(digest, cause, actor) {
      const ended = await sessions.end(digest);
      return ended !== undefined && (await record([ended], cause, actor)) > 0;
    },
    async endAllOf(userId, cause, actor) {
      return record(await sessions.endByUser(userId), cause, actor);
    },
    async endByIdpSession(issuer, idpSessionId, cause, actor) {
      const found = await sessions.findByIdpSession(issuer, idpSessionId);
      const ended = await Promise.all(found.map((session) => sessions.end(session.digest)));
      return record(
        ended.filter((session) => session !== undefined),
        cause,
        actor,
      );
    },
  };
}

/** How a session is named in logs and lists: enough to tell sessions apart, useless as a session id. */
export function sessionRef(digest: string): string {
  return digest.slice(0, 12);
}
