import { isAbsolute } from 'node:path';
import { sql } from 'kysely';
import { Failure } from '../../identity/index.ts';
import { kyselyForMaintenance, migratePostgres } from '../postgres.ts';
import { kyselyOn, migrateSqlite } from '../sqlite.ts';
import type { Side } from './tables.ts';

/** One database of a transfer, its tables brought forward. */
export interface OpenSide extends Side {
  /** Runs `work` on the database as it is at one moment, whatever others write meanwhile. */
  frozen<T>(work: (side: Side) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Opens `sqlite:/absolute/path` or `postgres://…`.
 * @throws Failure `store_unavailable`, or `internal` (`directory.url`) for another kind of address.
 */
export async function openSide(url: string, now: number): Promise<OpenSide> {
  try {
    if (/^postgres(ql)?:\/\//.test(url)) return await openPostgres(url, now);
    const path = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : '';
    if (!isAbsolute(path)) throw new Failure('internal', { detail: 'directory.url' });
    return await openSqlite(path, now);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('store_unavailable', { detail: 'directory.open', cause: error });
  }
}

async function openPostgres(url: string, now: number): Promise<OpenSide> {
  await migratePostgres(url, now);
  const db = kyselyForMaintenance(url);
  return {
    kind: 'postgres',
    db,
    frozen: (work) =>
      db
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute((transaction) => work({ kind: 'postgres', db: transaction })),
    close: () => db.destroy(),
  };
}

async function openSqlite(path: string, now: number): Promise<OpenSide> {
  const { raw } = await migrateSqlite(path, now);
  const db = kyselyOn(raw);
  return {
    kind: 'sqlite',
    db,
    // Not with Kysely's transaction: that takes the write lock, and a reader needs none.
    async frozen(work) {
      raw.exec('begin');
      try {
        await sql`select 1 from users limit 1`.execute(db);
        return await work({ kind: 'sqlite', db });
      } finally {
        raw.exec('commit');
      }
    },
    async close() {
      await db.destroy();
      raw.close();
    },
  };
}
