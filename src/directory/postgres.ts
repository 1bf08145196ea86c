import { Kysely, PostgresDialect, sql } from 'kysely';
import type { Log } from '../identity/index.ts';
import { Failure, silentLog } from '../identity/index.ts';
import type { Connection, SqlProblem } from './database.ts';
import { postgresSql } from './dialect.ts';
import { applyMigrations } from './migrate.ts';
import { createPostgresFeed } from './postgres-feed.ts';
import type { PoolTimeouts } from './postgres-pool.ts';
import { createPool, poolAddress, sqlState } from './postgres-pool.ts';
import type { Tables } from './schema.ts';

/** Nobody waits longer than the deadline of a call (database.ts); these end the work that nobody waits for. */
const serving: PoolTimeouts = { connect: 1_500, statement: 1_500, lock: 1_000, connections: 10 };
/** An index on a large table takes its time, and so does another process's migration. */
const migrating: PoolTimeouts = { connect: 1_800, statement: 600_000, lock: 600_000, connections: 1 };

/** Any number that no other program uses in the same database. */
const migrationLock = 4_706_021;

/** A pool of connections to a migrated database. Nothing is connected before it is needed. */
export function connectPostgres(url: string, log: Log): Connection {
  const db = kyselyOn(url, serving, log);
  const feed = createPostgresFeed(poolAddress(url).url, db, log);
  return {
    db,
    // A pool has a connection for each.
    reader: db,
    dialect: postgresSql,
    feed,
    transact: (work) => db.transaction().execute(work),
    problemOf: postgresProblem,
    async close() {
      await feed.close();
      await db.destroy();
    },
  };
}

/** Brings the tables forward on a connection of its own, while an advisory lock keeps other processes out. */
export async function migratePostgres(url: string, now: number): Promise<readonly string[]> {
  const db = kyselyOn(url, migrating, silentLog);
  try {
    return await db.transaction().execute(async (transaction) => {
      await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(transaction);
      await checkEncoding(transaction);
      return applyMigrations(transaction, 'postgres', now);
    });
  } finally {
    await db.destroy();
  }
}

/** A connection for work that takes its time. */
export function kyselyForMaintenance(url: string): Kysely<Tables> {
  return kyselyOn(url, migrating, silentLog);
}

function kyselyOn(url: string, timeouts: PoolTimeouts, log: Log): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: createPool(url, timeouts, log) }) });
}

async function checkEncoding(db: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<{
    encoding: string;
  }>`select current_setting('server_encoding') as encoding`.execute(db);
  if (rows[0]?.encoding === 'UTF8') return;
  const cause = new Error(
    'The PostgreSQL database is not encoded in UTF8: names could not be kept. Create it with encoding UTF8.',
  );
  throw new Failure('internal', { detail: 'directory.encoding', cause });
}

/** SQLSTATE codes (PostgreSQL manual, appendix A), by what they mean here. */
export function postgresProblem(error: unknown): SqlProblem {
  const state = sqlState(error);
  if (state === undefined) return undefined;
  // unique_violation, serialization_failure, deadlock_detected
  if (state === '23505' || state === '40001' || state === '40P01') return 'conflict';
  // Connection (08), read-only standby (25006), idle in transaction (25P03), login and database name (28, 3D),
  // resources (53), lock timeout (55P03), cancelled, shut down, recovering (57), disk (58).
  return /^(08|25006|25P03|28|3D|53|55P03|57|58)/.test(state) ? 'unavailable' : undefined;
}
