import type { Kysely, Transaction } from 'kysely';
import { sql } from 'kysely';
import type { Tables } from './schema.ts';

/** Carries work out in a transaction, and resolves once it is committed. */
export type Transact = <T>(
  work: (db: Transaction<Tables>) => Promise<T>,
  options: {
    /** It takes long. */
    readonly alone: boolean;
    /** Aborted when nobody waits for it any more: then it must not come true. */
    readonly signal: AbortSignal;
  },
) => Promise<T>;

/** Pieces of work that share one transaction at most. */
const most = 64;

interface Job {
  readonly carryOut: (db: Transaction<Tables>) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/**
 * Lets the writes that wait in the same turn of the event loop share one transaction, each in a savepoint of its own: they
 * wait for the disk once and not one after the other. Whole or nothing is each of them for itself; none is acknowledged
 * before all of them are on the disk. Work that takes long goes alone.
 */
export function groupCommit(db: Kysely<Tables>): Transact {
  let waiting: Job[] = [];
  let isRunning = false;

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const jobs = waiting.slice(0, most);
      waiting = waiting.slice(most);
      await commit(db, jobs);
    }
    isRunning = false;
  }

  return <T>(
    work: (db: Transaction<Tables>) => Promise<T>,
    { alone, signal }: { alone: boolean; signal: AbortSignal },
  ): Promise<T> => {
    if (alone) return db.transaction().execute(work);
    return new Promise<T>((resolve, reject) => {
      waiting.push({ carryOut: work, resolve: (value) => resolve(value as T), reject, signal });
      if (isRunning) return;
      isRunning = true;
      setImmediate(() => void run());
    });
  };
}

async function commit(db: Kysely<Tables>, jobs: readonly Job[]): Promise<void> {
  const refused = new Map<Job, unknown>();
  const values = new Map<Job, unknown>();
  try {
    await db.transaction().execute(async (transaction) => {
      for (const job of jobs) {
        if (jobs.length === 1) values.set(job, await job.carryOut(transaction));
        else await inSavepoint(transaction, job, values, refused);
      }
      for (const { signal } of values.keys()) signal.throwIfAborted();
    });
  } catch (error) {
    // Nothing was committed, or it is not known that anything was.
    for (const job of jobs) job.reject(refused.get(job) ?? error);
    return;
  }
  for (const [job, error] of refused) job.reject(error);
  for (const [job, value] of values) job.resolve(value);
}

/** Notes what became of the job. Throws when the transaction itself is lost. */
async function inSavepoint(
  transaction: Transaction<Tables>,
  job: Job,
  values: Map<Job, unknown>,
  refused: Map<Job, unknown>,
): Promise<void> {
  await sql`savepoint job`.execute(transaction);
  try {
    const value = await job.carryOut(transaction);
    await sql`release savepoint job`.execute(transaction);
    values.set(job, value);
  } catch (error) {
    try {
      await sql`rollback to savepoint job`.execute(transaction);
      await sql`release savepoint job`.execute(transaction);
    } catch {
      // SQLite has rolled the whole transaction back by itself: why is what everybody must be told.
      throw error;
    }
    refused.set(job, error);
  }
}
