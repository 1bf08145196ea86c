import type { Kysely, RawBuilder } from 'kysely';
import { sql } from 'kysely';
import { type AuditRow, recordDigest, sha256 } from './audit-row.ts';
import type { AuditCheck, AuditTrail } from './audit-types.ts';
import type { Database } from './database.ts';
import { atOnce, turn } from './pieces.ts';
import type { Tables } from './schema.ts';

type StoredRow = AuditRow & { readonly seq: number };

const pageSize = 2_000;

/** Verifying the chain, and letting go of what is old. */
export function createAuditTrail(database: Database): AuditTrail {
  async function headOf(db: Kysely<Tables>, lock: RawBuilder<unknown> = sql``) {
    const { rows } = await sql<{ digest: string; anchor_seq: number; anchor_digest: string }>`select digest,
      anchor_seq, anchor_digest from audit_head where id = 1${lock}`.execute(db);
    return rows[0];
  }

  return {
    async verifyAudit(onProgress, known) {
      const head = await database.read((db) => headOf(db));
      if (head === undefined)
        return { ...nothing, broken: { seq: undefined, what: 'the head of the chain is missing' } };
      let met = known === undefined || known === head.anchor_digest;
      const check = { ...nothing, anchored: head.anchor_seq, head: head.digest };
      let previous = head.anchor_digest;
      let last = head.anchor_seq;
      for (;;) {
        const { rows } = await database.read((db) =>
          sql<StoredRow>`select seq, at, type, user_id, user_key, reference, event, personal, personal_digest, digest
            from audit where seq > ${last} order by seq limit ${pageSize}`.execute(db),
        );
        for (const row of rows) {
          last = row.seq;
          if (row.digest === null && check.records === 0) {
            check.unchained += 1;
            continue;
          }
          const what = wrongWith(row, previous);
          if (what !== undefined) return { ...check, broken: { seq: row.seq, what } };
          if (row.personal === null && row.personal_digest !== null) check.erased += 1;
          check.records += 1;
          previous = row.digest;
          met ||= row.digest === known;
          // Records that came after we began are chained to the head we read: it is met on the way.
          if (row.digest === head.digest) return met ? check : { ...check, broken: unmet };
        }
        onProgress?.(check.records);
        if (rows.length < pageSize) break;
        await turn();
      }
      if (previous === head.digest) return met ? check : { ...check, broken: unmet };
      return { ...check, broken: { seq: last, what: 'records at the end are missing' } };
    },

    async pruneAudit(before) {
      const { removed } = await database.write(async ({ db }) => {
        const head = await headOf(db, database.dialect.forUpdate);
        // In the order of the chain: what stands behind a younger record stays until that one goes.
        const { rows: found } = await sql<{
          seq: number | null;
        }>`select min(seq) as seq from audit where at >= ${before}`.execute(db);
        const keepFrom = found[0]?.seq ?? Number.MAX_SAFE_INTEGER;
        const { rows } = await sql<{ seq: number; digest: string | null }>`select seq, digest from audit
          where seq < ${keepFrom} and seq in (
            select seq from audit order by seq limit ${atOnce}) order by seq desc limit 1`.execute(db);
        const [last] = rows;
        if (last === undefined || head === undefined) return { removed: 0 };
        const gone = await sql<{
          seq: number;
        }>`delete from audit where seq <= ${last.seq} returning seq`.execute(db);
        await sql`update audit_head set anchor_seq = ${last.seq}, anchor_digest = ${last.digest ?? head.anchor_digest}
          where id = 1`.execute(db);
        return { removed: gone.rows.length };
      });
      return removed;
    },
  };
}

const nothing = { records: 0, unchained: 0, erased: 0, anchored: 0, head: '', broken: undefined } as {
  -readonly [Key in keyof AuditCheck]: AuditCheck[Key];
};

const unmet = {
  seq: undefined,
  what: 'the record whose digest you gave is not there: the trail was written anew, or the record was old enough to go',
};

function wrongWith(row: StoredRow, previous: string): string | undefined {
  if (row.personal !== null && sha256(row.personal) !== row.personal_digest)
    return 'its personal part was changed';
  if (recordDigest(row, previous) === row.digest) return undefined;
  return 'it was changed, or records before it were removed';
}
