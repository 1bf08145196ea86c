import type { Kysely, RawBuilder, Transaction } from 'kysely';
import { sql } from 'kysely';
import { Failure } from '../identity/index.ts';
import type { ChangeFeed } from './change-feed.ts';
import { within } from './deadline.ts';
import type { Transact } from './group-commit.ts';
import { atOnce, inPieces, turn } from './pieces.ts';
import type { SqlDialect } from './dialect.ts';
import type { Tables } from './schema.ts';
import type { AuditRecord } from './types.ts';
import { chainedInserts } from './audit-chain.ts';

/** What went wrong, as far as it matters: worth another try at once, undone by somebody else's write, out of reach. */
export type SqlProblem = 'busy' | 'conflict' | 'unavailable' | undefined;

/** An open database: Kysely, what it does not say the same way everywhere, and how its errors read. */
export interface Connection {
  readonly db: Kysely<Tables>;
  /** For what only reads: it waits for no transaction of ours, and sees what is committed. */
  readonly reader: Kysely<Tables>;
  readonly dialect: SqlDialect;
  readonly feed: ChangeFeed;
  /** A transaction; `alone` for work that takes long. */
  readonly transact: Transact;
  problemOf(error: unknown): SqlProblem;
  close(): Promise<void>;
}

/** What app.ts hands in so that events stored together with a change are masked and logged like all others. */
export interface Auditing {
  /** The event without what must not be kept. */
  guard<E extends AuditRecord>(event: E): E;
  /** Told of events once they are committed. */
  committed(events: readonly AuditRecord[]): void;
}

/** A transaction under way; it notes what has to follow, and adds that as its last statement. */
export interface Writing {
  readonly db: Transaction<Tables>;
  /**
   * Carries out the last statements of a transaction together with the change log entries of the users they change and
   * the audit records of it.
   */
  finish(
    statements: readonly RawBuilder<unknown>[],
    changed: readonly string[],
    events: readonly AuditRecord[],
  ): Promise<void>;
}

export interface Database {
  readonly dialect: SqlDialect;
  read<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** One statement that changes something, without a transaction around it. */
  alter<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** One transaction. Undefined when it was rolled back because of somebody else's write at the same moment. */
  tryWrite<T extends object>(
    work: (writing: Writing) => Promise<T>,
    patience?: number,
  ): Promise<T | undefined>;
  /**
   * One transaction, tried again a few times when it meets somebody else's write. `patience` in milliseconds is for
   * the few that change thousands of rows.
   */
  write<T extends object>(work: (writing: Writing) => Promise<T>, patience?: number): Promise<T>;
  close(): Promise<void>;
}

/** Nobody waits longer for the database than this, milliseconds. */
const patience = 1_800;
/** Another process holds the SQLite write lock: how long to wait between two tries, milliseconds. */
const pause = 15;
const conflictTries = 5;

/** Reads and writes with a deadline, told conflicts, and Failure('store_unavailable') for a database that does not answer. */
export function createDatabase(connection: Connection, auditing: Auditing | undefined): Database {
  const { db, reader, dialect, feed } = connection;
  let closed = false;

  async function attempt<T>(
    work: (signal: AbortSignal) => Promise<T>,
    longest = patience,
  ): Promise<T | undefined> {
    if (closed) throw new Failure('store_unavailable', { detail: 'directory.closed' });
    return within(longest, async (signal) => {
      for (;;) {
        try {
          return await work(signal);
        } catch (error) {
          if (error instanceof Failure) throw error;
          const problem = connection.problemOf(error);
          if (problem === 'conflict') return undefined;
          if (problem === undefined) throw error;
          if (problem === 'unavailable' || signal.aborted) {
            throw new Failure('store_unavailable', { detail: 'directory.unavailable', cause: error });
          }
        }
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    });
  }

  async function tryWrite<T extends object>(
    work: (writing: Writing) => Promise<T>,
    longest?: number,
  ): Promise<T | undefined> {
    let changes: readonly string[] = [];
    let records: readonly AuditRecord[] = [];
    const result = await attempt(
      (signal) =>
        connection.transact(
          async (transaction) => {
            [changes, records] = [[], []];
            const done = await work({
              db: transaction,
              async finish(statements, changed, events) {
                changes = changed;
                records = auditing ? await guarded(events, auditing) : events;
                const [head, first, ...more] = await chainedInserts(transaction, dialect, records);
                await dialect.together(transaction, [
                  ...statements,
                  ...changeLogInserts(dialect, changed.slice(0, atOnce)),
                  ...[head, first].filter((each) => each !== undefined),
                ]);
                await inPieces(changed.slice(atOnce), (some) =>
                  dialect.together(transaction, changeLogInserts(dialect, some)),
                );
                for (const each of more) {
                  await turn();
                  await each.execute(transaction);
                }
              },
            });
            // Whoever asked has been told that it failed: then it must not come true later.
            signal.throwIfAborted();
            return done;
          },
          { alone: longest !== undefined, signal },
        ),
      longest,
    );
    if (result === undefined) return undefined;
    if (changes.length > 0) feed.committed(changes);
    if (auditing) await inPieces(records, async (some) => auditing.committed(some));
    return result;
  }

  async function once<T>(work: (on: Kysely<Tables>) => Promise<T>, on: Kysely<Tables>): Promise<T> {
    for (let tries = 1; tries <= conflictTries; tries += 1) {
      const result = await attempt(async () => ({ value: await work(on) }));
      if (result) return result.value;
    }
    throw new Failure('store_unavailable', { detail: 'directory.conflict' });
  }

  return {
    dialect,
    read: (work) => once(work, reader),
    alter: (work) => once(work, db),
    tryWrite,
    async write(work, longest) {
      for (let tries = 1; tries <= conflictTries; tries += 1) {
        const result = await tryWrite(work, longest);
        if (result) return result;
      }
      throw new Failure('store_unavailable', { detail: 'directory.conflict' });
    },
    async close() {
      if (closed) return;
      closed = true;
      await connection.close();
    },
  };
}

async function guarded(events: readonly AuditRecord[], auditing: Auditing): Promise<readonly AuditRecord[]> {
  const records: AuditRecord[] = [];
  await inPieces(events, async (some) => records.push(...some.map((event) => auditing.guard(event))));
  return records;
}

function changeLogInserts(dialect: SqlDialect, userIds: readonly string[]): readonly RawBuilder<unknown>[] {
  const [only, ...more] = userIds;
  if (only === undefined) return [];
  if (more.length === 0) return [sql`insert into change_log (user_id) values (${only})`];
  return [sql`insert into change_log (user_id) select id from ${dialect.ids(userIds)} as changed`];
}
