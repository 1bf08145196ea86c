import { sql } from 'kysely';
import type { LoginTraceRow, LoginTraceStore, TraceQuery } from './console-types.ts';
import type { Database } from './database.ts';
import { atOnce } from './pieces.ts';
import { cleanText, nameKey } from './text.ts';

interface StoredTrace {
  readonly reference: string;
  readonly at: number;
  readonly provider: string;
  readonly outcome: LoginTraceRow['outcome'];
  readonly why: string | null;
  readonly user_id: string | null;
  readonly user_name: string | null;
  readonly trace: string;
}

/** Traces of sign-ins: written in groups, found by reference, forgotten after a while. */
export function createLoginTraces(database: Database): LoginTraceStore {
  const { dialect } = database;

  function matching({ provider, outcome, user, before }: TraceQuery) {
    const conditions = [sql`true`];
    if (provider !== undefined) conditions.push(sql`provider = ${cleanText(provider)}`);
    if (outcome !== undefined) conditions.push(sql`outcome = ${outcome}`);
    if (before !== undefined) conditions.push(sql`at < ${before}`);
    if (user !== undefined)
      conditions.push(sql`(user_id = ${cleanText(user)} or user_key = ${nameKey(user)})`);
    return sql.join(conditions, sql` and `);
  }

  return {
    async addTraces(traces) {
      if (traces.length === 0) return;
      const rows = traces.map(({ reference, at, provider, outcome, why, userId, userName, trace }) => ({
        reference: cleanText(reference),
        at,
        provider: cleanText(provider),
        outcome,
        why: why === undefined ? null : cleanText(why),
        user_id: userId ?? null,
        user_name: userName === undefined ? null : cleanText(userName),
        user_key: userName === undefined ? null : nameKey(userName),
        trace: cleanText(JSON.stringify(trace)),
      }));
      const columns = {
        reference: 'text',
        at: 'bigint',
        provider: 'text',
        outcome: 'text',
        why: 'text',
        user_id: 'text',
        user_name: 'text',
        user_key: 'text',
        trace: 'text',
      } as const;
      const names = sql.join(Object.keys(columns).map((name) => sql.ref(name)));
      await database.write(async ({ db }) => {
        await sql`insert into login_traces (${names}) select ${names} from ${dialect.records(rows, columns)} as traced
          where true on conflict (reference) do nothing`.execute(db);
        return {};
      });
    },

    async findTrace(reference) {
      const { rows } = await database.read((db) =>
        sql<StoredTrace>`select * from login_traces where reference = ${cleanText(reference)}`.execute(db),
      );
      return rows[0] && readTrace(rows[0]);
    },

    async listTraces(query) {
      const { rows } = await database.read((db) =>
        sql<Omit<StoredTrace, 'trace'>>`select reference, at, provider, outcome, why, user_id, user_name
          from login_traces where ${matching(query)} order by at desc, reference limit ${query.limit}`.execute(
          db,
        ),
      );
      return rows.map((row) => readTrace({ ...row, trace: '{}' }));
    },

    async pruneTraces(before) {
      const { removed } = await database.write(async ({ db }) => {
        const { rows } = await sql`delete from login_traces where reference in (
          select reference from login_traces where at < ${before} order by at limit ${atOnce}) returning reference`.execute(
          db,
        );
        return { removed: rows.length };
      });
      return removed;
    },
  };
}

function readTrace(row: StoredTrace): LoginTraceRow {
  return {
    reference: row.reference,
    at: row.at,
    provider: row.provider,
    outcome: row.outcome,
    ...(row.why !== null && { why: row.why }),
    ...(row.user_id !== null && { userId: row.user_id }),
    ...(row.user_name !== null && { userName: row.user_name }),
    trace: JSON.parse(row.trace) as LoginTraceRow['trace'],
  };
}
