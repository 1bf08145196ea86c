import type Database from 'better-sqlite3';
import type { Log } from '../../identity/index.ts';

export interface PruneOptions {
  readonly now: () => number;
  readonly log: Log;
  /** Milliseconds between rounds. */
  readonly interval: number;
  /** Rows deleted in one transaction, which holds the event loop. */
  readonly batch: number;
  /** Changes kept for other processes to read. */
  readonly keepChanges: number;
}

/** Milliseconds between two full batches of one round: requests go first. */
const breath = 20;

/**
 * Deletes what has expired, in small batches, on a timer that keeps no process alive. A failure is logged and tried
 * again next round. `once` deletes one batch of each kind and says whether there may be more.
 */
export function startPruning(
  db: Database.Database,
  options: PruneOptions,
): { once(): boolean; stop(): void } {
  const { batch } = options;
  const sessions = db.prepare<[number]>(
    `DELETE FROM sessions WHERE digest IN (SELECT digest FROM sessions WHERE prune_at <= ? LIMIT ${batch})`,
  );
  const transient = db.prepare<[number]>(
    `DELETE FROM transient WHERE (kind, key) IN
       (SELECT kind, key FROM transient WHERE expires_at <= ? LIMIT ${batch})`,
  );
  const changes = db.prepare<[number]>(
    `DELETE FROM session_changes WHERE seq IN (SELECT seq FROM session_changes
       WHERE seq <= (SELECT max(seq) FROM session_changes) - ? ORDER BY seq LIMIT ${batch})`,
  );

  function once(): boolean {
    const now = options.now();
    const deleted = [
      sessions.run(now).changes,
      transient.run(now).changes,
      changes.run(options.keepChanges).changes,
    ];
    return deleted.some((count) => count >= batch);
  }

  let timer = setTimeout(round, options.interval).unref();
  function round(): void {
    let more = false;
    try {
      more = once();
    } catch (error) {
      options.log.warn({ err: error }, 'expired sessions could not be deleted; tried again later');
    }
    timer = setTimeout(round, more ? breath : options.interval).unref();
  }
  return { once, stop: () => clearTimeout(timer) };
}
