import type Database from 'better-sqlite3';
import type { Log } from '../../identity/index.ts';
import type { Invalidations } from '../invalidation.ts';
import type { Freshness } from '../types.ts';

/** How many changes may be read in one go; more, and every cached session is dropped instead. */
const most = 1000;

/**
 * What other processes did to sessions. `PRAGMA data_version` moves exactly when another connection has committed; only
 * then is the log of changes read. Asked at most once per turn of the event loop: a request that arrives after another
 * process acknowledged its change is read in a later turn.
 *
 * A touch is not in the log: it only moves the idle expiry further away, so a cache that finds its copy idle-expired
 * asks the store before it believes so.
 */
export function sqliteFreshness(
  db: Database.Database,
  { writer, invalidations, log }: { writer: string; invalidations: Invalidations; log: Log },
): Freshness {
  const version = db.prepare('PRAGMA data_version').pluck();
  const changes = db.prepare<[number], { seq: number; digest: string; writer: string }>(
    `SELECT seq, digest, writer FROM session_changes WHERE seq > ? ORDER BY seq LIMIT ${most}`,
  );
  const newest = db.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM session_changes').pluck();

  let seenVersion = version.get();
  let seenSeq = newest.get() ?? 0;
  let checkedThisTurn = false;
  const nextTurn = () => {
    checkedThisTurn = false;
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
      if (checkedThisTurn) return 'trusted';
      try {
        const now = version.get();
        if (now !== seenVersion) {
          bringIn();
          seenVersion = now;
        }
      } catch (error) {
        log.warn({ err: error }, 'the session database cannot be asked for changes; caches are not trusted');
        return 'ask';
      }
      checkedThisTurn = true;
      setImmediate(nextTurn);
      return 'trusted';
    },
    onInvalidated: (listener) => invalidations.listen(listener),
  };
}
