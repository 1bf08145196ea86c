import type { Log } from '../identity/index.ts';
import type { SessionStore } from '../sessions/index.ts';
import type { CachedSession, SessionCache } from './session-cache.ts';

/** Tells the store now and then that a session is in use. */
export interface SessionTouch {
  /** From when on this session, last seen at `lastSeenAt`, should be touched. */
  due(lastSeenAt: number): number;
  /** Queues it; returns at once. */
  schedule(session: CachedSession): void;
}

interface Options {
  readonly sessions: Pick<SessionStore, 'touch'>;
  readonly cache: Pick<SessionCache, 'drop'>;
  /** Idle limit, milliseconds. */
  readonly idle: number;
  readonly now: () => number;
  readonly log: Log;
}

const minute = 60_000;

/**
 * Writes are lazy: at most one a minute and session (more often only where the idle limit is very short), one at a
 * time, between requests. `touch` moves only a live session, so a late write never brings one back; a session that
 * turns out to be over is forgotten.
 */
export function sessionTouch(options: Options): SessionTouch {
  const every = Math.min(minute, Math.floor(options.idle / 4));
  const queue = new Set<CachedSession>();
  let working = false;

  async function work(): Promise<void> {
    for (const session of queue) {
      queue.delete(session);
      await touch(session);
      await new Promise((resolve) => setImmediate(resolve));
    }
    working = false;
  }

  async function touch(session: CachedSession): Promise<void> {
    const at = options.now();
    const { digest, absoluteExpiresAt } = session.record;
    const idleExpiresAt = Math.min(at + options.idle, absoluteExpiresAt);
    try {
      if (await options.sessions.touch(digest, at, idleExpiresAt)) {
        session.record = { ...session.record, lastSeenAt: at, idleExpiresAt };
      } else {
        options.cache.drop(digest);
      }
    } catch (error) {
      options.log.debug({ err: error }, 'a session could not be touched; tried again later');
    }
  }

  return {
    due: (lastSeenAt) => lastSeenAt + every,
    schedule(session) {
      session.touchAt = options.now() + every;
      queue.add(session);
      if (working) return;
      working = true;
      setImmediate(() => void work());
    },
  };
}
