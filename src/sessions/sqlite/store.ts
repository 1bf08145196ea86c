import { Failure, type Log } from '../../identity/index.ts';
import type { SessionStore, TransientStore } from '../types.ts';
import { connect } from './connect.ts';
import { startPruning } from './prune.ts';
import { sqliteSessions } from './sessions.ts';
import { sqliteTransient } from './transient.ts';

export interface SqliteStoreOptions {
  readonly now: () => number;
  readonly log: Log;
  /** Milliseconds between two rounds of deleting what has expired; a minute by default. */
  readonly pruneInterval?: number;
  /** Changes kept for other processes to read; a process further behind drops its whole cache. */
  readonly keepChanges?: number;
}

/**
 * Opens the embedded store at an absolute path: sessions and short-lived facts in one SQLite file of their own, one
 * connection in this process. Rejects with Failure('store_unavailable') when the file cannot be opened or read.
 */
export async function openSqliteStore(
  path: string,
  options: SqliteStoreOptions,
): Promise<SessionStore & { readonly transient: TransientStore }> {
  const { now, log } = options;
  try {
    const db = await connect(path);
    const pruning = startPruning(db, {
      now,
      log,
      interval: options.pruneInterval ?? 60_000,
      batch: 500,
      keepChanges: options.keepChanges ?? 10_000,
    });
    return {
      ...sqliteSessions(db, { now, log }),
      transient: sqliteTransient(db, now),
      close: async () => {
        pruning.stop();
        db.close();
      },
    };
  } catch (error) {
    throw new Failure('store_unavailable', { detail: 'sessions.sqlite_open', cause: error });
  }
}
