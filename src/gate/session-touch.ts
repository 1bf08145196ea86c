import type { Log } from '../identity/index.ts';
import type { SessionStore } from '../sessions/index.ts';
import { renew, type CachedSession, type SessionCache } from './session-cache.ts';

/** Tells the store now and then that sessions are in use. */
export interface SessionTouch {
  /** Somebody used this session just now, milliseconds since the epoch. Returns at once; called for every request. */
  used(session: CachedSession, at: number): void;
}

interface Options {
  readonly sessions: Pick<SessionStore, 'touch'>;
  readonly cache: Pick<SessionCache, 'drop'>;
  /** Idle limit, milliseconds. */
  readonly idle: number;
  /** When the gate began, milliseconds since the epoch. */
  readonly began: number;
  readonly log: Log;
  /** Told of a session that is used for the first time in a while, about once a minute; must return at once. */
  readonly onUse?: ((digest: string) => void) | undefined;
}

const minute = 60_000;
/** Written together, then a pause in which requests go first. */
const batch = 64;
const pause = 5;

/**
 * Writes are lazy: one a minute and session at most (more often only where the idle limit is very short), many sessions
 * together, between requests. What is written is when the session was last used, so that no session ends early; one
 * that is about to end is written at once. `touch` moves only a live session: a late write brings none back, and one
 * that turns out to be over is forgotten.
 */
export function sessionTouch({ sessions, cache, idle, began, log, onUse }: Options): SessionTouch {
  const every = Math.min(minute, Math.floor(idle / 4));
  let waiting: CachedSession[] = [];
  let timer: NodeJS.Timeout | undefined;

  function wait(session: CachedSession): void {
    waiting.push(session);
    timer ??= setTimeout(() => void writeWaiting(), every).unref();
  }

  async function writeWaiting(): Promise<void> {
    const due = waiting;
    waiting = [];
    timer = undefined;
    for (let from = 0; from < due.length; from += batch) {
      await Promise.all(due.slice(from, from + batch).map(write));
      await new Promise((resolve) => setTimeout(resolve, pause).unref());
    }
  }

  async function write(session: CachedSession): Promise<void> {
    const { digest, absoluteExpiresAt } = session.record;
    const lastSeenAt = session.usedAt;
    const idleExpiresAt = Math.min(lastSeenAt + idle, absoluteExpiresAt);
    try {
      if (await sessions.touch(digest, lastSeenAt, idleExpiresAt)) {
        renew(session, { ...session.record, lastSeenAt, idleExpiresAt }, began);
      } else {
        cache.drop(digest);
      }
      session.unwritten = false;
    } catch (error) {
      log.debug({ err: error }, 'a session could not be touched; tried again later');
      wait(session);
    }
  }

  return {
    used(session, at) {
      const rested = at - session.usedAt >= every;
      session.usedAt = at;
      if (session.unwritten && !rested) return;
      onUse?.(session.record.digest);
      if (session.unwritten) return;
      session.unwritten = true;
      const { idleExpiresAt, absoluteExpiresAt } = session.record;
      if (idleExpiresAt < absoluteExpiresAt && idleExpiresAt - at <= 2 * every) void write(session);
      else wait(session);
    },
  };
}
