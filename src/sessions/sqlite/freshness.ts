import type Database from 'better-sqlite3';
import type { Log } from '../../identity/index.ts';
import type { Invalidations } from '../invalidation.ts';
import type { Freshness } from '../types.ts';

/** How many changes may be read in one go; more, and every cached session is dropped instead. */
const most = 1000;

export interface SqliteFreshnessOptions {
  /** The name under which this connection writes its own changes into the log. */
  readonly writer: string;
  readonly invalidations: Invalidations;
  readonly log: Log;
  /** A clock that never goes back, milliseconds. */
  readonly elapsed?: () => number;
}

/**
 * An answer is good for the rest of this turn of the event loop, and no longer than this, milliseconds: in less time
 * nobody hears from another process that a change is done and gets a request to us.
 */
const goodFor = 0.1;

/**
 * What other processes did to sessions. `PRAGMA data_version` (about a microsecond) moves exactly when another connection
 * has committed; only then is the log of changes read. Requests that are handled in one breath share one answer.
 *
 * A touch is not in the log: it only moves the idle expiry further away, so a cache that finds its copy idle-expired
 * asks the store before it believes so.
 */
export function sqliteFreshness(
  db: Database.Database,
  { writer, invalidations, log, elapsed = () => performance.now() }: SqliteFreshnessOptions,
): Freshness {
  const version = db.prepare('PRAGMA data_version').pluck();
  const changes = db.prepare<[number], { seq: number; digest: string; writer: string }>(
    `SELECT seq, digest, writer FROM session_changes WHERE seq > ? ORDER BY seq LIMIT ${most}`,
  );
  const newest = db.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM session_changes').pluck();

  let seenVersion = version.get();
  let seenSeq = newest.get() ?? 0;
  let checkedAt: number | undefined;
  let turnAwaited = false;
  let troubled = false;
  const nextTurn = () => {
    checkedAt = undefined;
    turnAwaited = false;
  };

  function bringIn(): void {
    const found = changes.all(seenSeq);
    const first = found[0];
    if (first === undefined) return;
    if (first.seq !== seenSeq + 1 || found.length === most) {
      seenSeq = newest.get() ?? 0;
      invalidations.tell(undefined);
      return;
    }
    seenSeq = first.seq + found.length - 1;
    for (const change of found) if (change.writer !== writer) invalidations.tell(change.digest);
  }

  return {
    check() {
      const at = elapsed();
      if (checkedAt !== undefined && at - checkedAt < goodFor) return 'trusted';
      checkedAt = undefined;
      try {
        const now = version.get();
        if (now !== seenVersion) {
          bringIn();
          seenVersion = now;
        }
      } catch (error) {
        if (!troubled)
          log.warn({ err: error }, 'the session database cannot be asked for changes; no cache is trusted');
        troubled = true;
        return 'ask';
      }
      troubled = false;
      checkedAt = at;
      if (!turnAwaited) setImmediate(nextTurn);
      turnAwaited = true;
      return 'trusted';
    },
    onInvalidated: (listener) => invalidations.listen(listener),
  };
}
