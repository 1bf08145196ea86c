import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import type { SqliteDatabase as KyselySqlite, SqliteStatement } from 'kysely';
import { Kysely, SqliteDialect } from 'kysely';
import type { Connection, SqlProblem } from './database.ts';
import { sqliteSql } from './dialect.ts';
import { groupCommit } from './group-commit.ts';
import { applyMigrations } from './migrate.ts';
import type { Tables } from './schema.ts';
import { createSqliteFeed } from './sqlite-feed.ts';

/** How long SQLite itself waits for a lock, milliseconds. It blocks the event loop, so the longer wait is ours. */
const busyTimeout = 10;
const mostStatements = 200;

/**
 * Opens the file, which may not exist yet: folders are created, and the file is readable by its owner only.
 *
 * @throws SqliteError when it cannot be opened, or is no database.
 */
export function openSqlite(path: string): SqliteDatabase.Database {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  const raw = new SqliteDatabase(path, { timeout: busyTimeout });
  try {
    // An acknowledged disable survives a power cut: FULL waits for the disk with every commit (sqlite.org/pragma.html).
    raw.pragma('journal_mode = wal');
    raw.pragma('synchronous = full');
    raw.pragma('foreign_keys = on');
    // The pages of some 100,000 people: their indexes are walked for every request (a negative number is kibibytes).
    raw.pragma('cache_size = -65536');
    // What is erased is overwritten, not only forgotten (sqlite.org/pragma.html#pragma_secure_delete).
    raw.pragma('secure_delete = on');
  } catch (error) {
    raw.close();
    throw error;
  }
  return raw;
}

/**
 * Opens the file and brings its tables forward, while the write lock keeps other processes out. Waits for those that
 * are doing the same.
 */
export async function migrateSqlite(
  path: string,
  now: number,
): Promise<{ raw: SqliteDatabase.Database; applied: readonly string[] }> {
  const raw = await patiently(() => openSqlite(path));
  try {
    const applied = await patiently(() =>
      kyselyOn(raw)
        .transaction()
        .execute((transaction) => applyMigrations(transaction, 'sqlite', now)),
    );
    return { raw, applied };
  } catch (error) {
    raw.close();
    throw error;
  }
}

/** Tries again while another process holds the file, for at most ten seconds. */
async function patiently<T>(work: () => T | Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (sqliteProblem(error) !== 'busy' || tries === 400) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Kysely on the one connection; its mutex keeps other queries out of an open transaction. */
export function kyselyOn(raw: SqliteDatabase.Database): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database: prepared(raw) }) });
}

/**
 * The connection of a migrated file; beside it one that only reads, so that nobody waits for a transaction that takes
 * long, and one that watches for commits of other processes.
 */
export function connectSqlite(path: string, raw: SqliteDatabase.Database): Connection {
  const watcher = openSqlite(path);
  watcher.pragma('query_only = on');
  const readOnly = openSqlite(path);
  readOnly.pragma('query_only = on');
  const [db, reader] = [kyselyOn(raw), kyselyOn(readOnly)];
  return {
    db,
    reader,
    dialect: sqliteSql,
    feed: createSqliteFeed(watcher),
    transact: groupCommit(db),
    problemOf: sqliteProblem,
    async close() {
      watcher.close();
      // Kysely closes only a connection that it has used.
      await Promise.all([db.destroy(), reader.destroy()]);
      raw.close();
      readOnly.close();
    },
  };
}

/** Statements are compiled once. A transaction takes the write lock when it begins: a later upgrade could not wait. */
function prepared(raw: SqliteDatabase.Database): KyselySqlite {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => void raw.close(),
    prepare(text) {
      // SQLite rolls back by itself when the disk is full or fails; rolling back again would hide why.
      if (text === 'rollback' && !raw.inTransaction) return nothing;
      const known = statements.get(text);
      if (known) return known;
      if (statements.size >= mostStatements) statements.clear();
      const statement = raw.prepare<unknown[]>(text === 'begin' ? 'begin immediate' : text);
      const adapted: SqliteStatement = {
        reader: statement.reader,
        all: (parameters) => statement.all(...parameters),
        run: (parameters) => statement.run(...parameters),
        iterate: (parameters) => statement.iterate(...parameters),
      };
      statements.set(text, adapted);
      return adapted;
    },
  };
}

const nothing: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [][Symbol.iterator](),
};

const unavailable =
  /^SQLITE_(IOERR|FULL|CANTOPEN|READONLY|CORRUPT|NOTADB|NOMEM|PROTOCOL|PERM|AUTH|INTERRUPT)/;

/** Result codes of SQLite (sqlite.org/rescode.html), by what they mean here. */
export function sqliteProblem(error: unknown): SqlProblem {
  // By its code and not by its class: the native part of the driver keeps the class of whoever loaded it first.
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return 'busy';
  if (code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY') return 'conflict';
  return unavailable.test(code) ? 'unavailable' : undefined;
}
