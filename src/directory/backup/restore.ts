import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { sqliteProblem } from '../sqlite.ts';
import { flush } from './backup.ts';
import { inspect, type Inspected } from './inspect.ts';
import { backupProblem, fileOf } from './problem.ts';

/** What a restore takes back of what was done after the backup was made; each a list of user names. */
export interface TakenBack {
  /** Disabled, or switched off by SCIM. */
  readonly disabled: readonly string[];
  readonly erased: readonly string[];
}

/** What a restore did. */
export interface Restored extends Inspected {
  /** Where the directory that was there before has gone; undefined when there was none. */
  readonly before: string | undefined;
  /** Undefined when what was there before could not be read. */
  readonly takenBack: TakenBack | undefined;
}

/**
 * Puts a backup in the place of the directory of `sqlite:/absolute/path`. It is read through first. What was there before
 * is kept beside it under another name, and the exchange is one step: there is a whole directory at every moment.
 *
 * @param stamp for the name of what was there before, such as a time
 * @throws Failure `internal` (`directory.backup`) when the backup is damaged, or a gateway or a command has the directory open
 */
export async function restoreDirectory(url: string, backup: string, stamp: string): Promise<Restored> {
  const path = fileOf(url);
  const found = await inspect(backup);
  const incoming = `${path}.restoring`;
  rmSync(incoming, { force: true });
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const isThere = existsSync(path);
  try {
    copyFileSync(backup, incoming);
    chmodSync(incoming, 0o600);
    if (isThere) keepOwner(path, incoming);
    const copied = await inspect(incoming);
    if (copied.digest !== found.digest) throw backupProblem(`${backup} changed while it was read.`);
    flush(incoming);
    const takenBack = isThere ? takeOver(path, incoming) : nothing;
    const before = isThere ? `${path}.before-${stamp}` : undefined;
    if (before !== undefined) {
      linkSync(path, before);
      // Those of a damaged file: beside another one they would be taken for its own.
      for (const end of ['-wal', '-shm']) if (existsSync(path + end)) renameSync(path + end, before + end);
    }
    renameSync(incoming, path);
    flush(dirname(path));
    return { ...found, before, takenBack };
  } finally {
    rmSync(incoming, { force: true });
  }
}

/** The gateway may run as somebody else than whoever restores. */
function keepOwner(path: string, incoming: string): void {
  const { uid, gid } = statSync(path);
  if (process.getuid?.() === 0) chownSync(incoming, uid, gid);
}

const nothing: TakenBack = { disabled: [], erased: [] };

/**
 * Makes sure that nobody has the present file open, brings what is in its log into it, and compares it with the backup.
 * A file that cannot be read is no obstacle: that may be why it is replaced.
 */
function takeOver(path: string, incoming: string): TakenBack | undefined {
  const db = new SqliteDatabase(path, { fileMustExist: true, timeout: 2_000 });
  try {
    // SQLite gives up its log only when there is no other connection, in any process.
    db.pragma('journal_mode = delete');
    return compared(db, incoming);
  } catch (error) {
    if (sqliteProblem(error) !== 'busy') return undefined;
    throw backupProblem(`${path} is in use: stop the gateway before.`);
  } finally {
    db.close();
  }
}

function compared(db: SqliteDatabase.Database, incoming: string): TakenBack {
  db.prepare('attach database ? as backup').run(incoming);
  const names = (text: string) =>
    db
      .prepare<[], { name: string }>(text)
      .all()
      .map(({ name }) => name);
  try {
    return {
      disabled:
        names(`select main.users.user_name as name from main.users join backup.users as earlier using (id)
        where (main.users.disabled_at is not null and earlier.disabled_at is null)
          or (main.users.deactivated_at is not null and earlier.deactivated_at is null) order by 1`),
      erased: names(`select user_name as name from backup.users as earlier
        where not exists (select 1 from main.users where main.users.id = earlier.id) order by 1`),
    };
  } finally {
    db.exec('detach database backup');
  }
}
