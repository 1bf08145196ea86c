import type { Kysely, RawBuilder } from 'kysely';
import { sql } from 'kysely';
import { auditInsert, auditRows } from './audit-row.ts';
import type { SqlDialect } from './dialect.ts';
import { inPieces, turn } from './pieces.ts';
import type { Tables } from './schema.ts';
import type { AuditRecord } from './types.ts';

/**
 * Statements that append these records inside a transaction, in pieces. The head of the chain is locked from here to the
 * commit: of several processes, each waits for the other's record, so that nobody chains to one that is not the last.
 */
export async function chainedInserts(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  records: readonly AuditRecord[],
): Promise<readonly RawBuilder<unknown>[]> {
  if (records.length === 0) return [];
  const head = await sql<{
    digest: string;
  }>`select digest from audit_head where id = 1${dialect.forUpdate}`.execute(db);
  let last = head.rows[0]?.digest ?? '';
  const inserts: RawBuilder<unknown>[] = [];
  await inPieces(records, async (some) => {
    const rows = auditRows(some, last);
    last = rows.at(-1)?.digest ?? last;
    inserts.push(auditInsert(dialect, rows));
  });
  return [sql`update audit_head set digest = ${last} where id = 1`, ...inserts];
}

/** Appends records by themselves, one piece after the other. */
export async function appendChained(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  records: readonly AuditRecord[],
): Promise<void> {
  const [head, first, ...more] = await chainedInserts(db, dialect, records);
  if (head === undefined || first === undefined) return;
  await dialect.together(db, [head, first]);
  for (const each of more) {
    await turn();
    await each.execute(db);
  }
}
