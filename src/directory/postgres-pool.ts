import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type { PoolClient } from 'pg';
import { DatabaseError, Pool, types } from 'pg';
import type { Log } from '../identity/index.ts';
import { Failure } from '../identity/index.ts';

/** Milliseconds, and how many connections at most. */
export interface PoolTimeouts {
  readonly connect: number;
  readonly statement: number;
  readonly lock: number;
  readonly connections: number;
}

/** After the server's own timeout, ours: a server that is paused ends nothing. */
const grace = 100;
/** OID of int8, which pg hands over as text; every one here is a time, a count or a sequence below 2^53. */
const int8 = 20;

/**
 * A pool of pg, made safe: an error on an idle or a borrowed connection never reaches the process as an unhandled event,
 * every error that is not the server's own answer becomes Failure('store_unavailable'), and a connection on which that
 * happened is thrown away, because an old answer may still arrive on it.
 */
export function createPool(address: string, timeouts: PoolTimeouts, log: Log): PostgresPool {
  const { url, pool: wanted } = poolAddress(address);
  const pool = new Pool({
    connectionString: url,
    application_name: 'doorward',
    max: timeouts.connections === 1 ? 1 : (wanted ?? timeouts.connections),
    connectionTimeoutMillis: timeouts.connect,
    statement_timeout: timeouts.statement,
    lock_timeout: timeouts.lock,
    query_timeout: timeouts.statement + grace,
    idle_in_transaction_session_timeout: timeouts.statement * 2,
    keepAlive: true,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === int8 ? Number : types.getTypeParser(oid, format as 'text'),
    },
  });
  const note = (error: unknown) =>
    log.warn({ error: String(error) }, 'A connection to the directory database was lost.');
  pool.on('error', note);
  pool.on('connect', (client) => void client.on('error', () => {}));
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      return borrowed(await pool.connect().catch(unavailable));
    },
  };
}

/** `postgres://…?pool=N` is our own way to say how many connections a process may open; the driver does not know it. */
export function poolAddress(address: string): { readonly url: string; readonly pool: number | undefined } {
  const parsed = new URL(address);
  const pool = parsed.searchParams.get('pool');
  if (pool === null) return { url: address, pool: undefined };
  parsed.searchParams.delete('pool');
  return { url: parsed.href, pool: Number(pool) };
}

/** Statements that a connection keeps prepared: planning one takes the server longer than carrying it out. */
const mostNames = 400;
const names = new Map<string, string>();

/** The same for the same text, in every connection; undefined for texts beyond the first hundreds, and for `begin` and its like. */
function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= mostNames || text.length < 40) return known;
  const name = `doorward_${names.size}`;
  names.set(text, name);
  return name;
}

function borrowed(client: PoolClient): PostgresPoolClient {
  let isBroken = false;
  const query = async (text: string, parameters: readonly unknown[]) => {
    try {
      const name = nameOf(text);
      return await client.query({ text, values: [...parameters], ...(name !== undefined && { name }) });
    } catch (error) {
      const state = sqlState(error);
      // 26000: something between us and the server has forgotten the statement; another connection knows none yet.
      if (state === undefined || state === '26000') isBroken = true;
      return unavailable(error);
    }
  };
  return {
    query: query as unknown as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy || isBroken),
  };
}

function unavailable(error: unknown): never {
  if (sqlState(error) !== undefined) throw error;
  throw new Failure('store_unavailable', { detail: 'directory.connection', cause: error });
}

/** The SQLSTATE of an error that the server itself reported. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined;
}
