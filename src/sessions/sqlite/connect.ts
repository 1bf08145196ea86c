import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { migrate } from './schema.ts';

/** How long a statement waits for another process's write, milliseconds. It holds the event loop, so it is short. */
const busyTimeout = 400;

/**
 * Opens the session database, made with mode 0600 (its folder 0700) when it is not there, and brings its schema up to
 * date. WAL with `synchronous=FULL`: what was acknowledged survives a power cut.
 * Throws whatever SQLite or the file system says.
 */
export async function connect(path: string): Promise<Database.Database> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  const db = new Database(path, { timeout: busyTimeout });
  try {
    await useWal(db);
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    db.pragma('secure_delete = ON');
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Two processes that start at once on a new file collide here, and SQLite does not wait: so we do, a few times. */
async function useWal(db: Database.Database): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      if (db.pragma('journal_mode', { simple: true }) !== 'wal') db.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      const busy = Error.isError(error) && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
      if (!busy || attempt === 20) throw error;
      await sleep(25);
    }
  }
}
