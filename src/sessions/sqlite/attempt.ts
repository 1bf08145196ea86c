import { Failure } from '../../identity/index.ts';

/**
 * Runs synchronous work on the database as a promise. Whatever SQLite throws (locked, full, I/O error, closed) becomes
 * Failure('store_unavailable') with the cause kept private.
 */
export async function attempt<T>(work: () => T): Promise<T> {
  try {
    return work();
  } catch (error) {
    throw new Failure('store_unavailable', { detail: 'sessions.sqlite', cause: error });
  }
}
