import { sql } from 'kysely';
import { appendChained } from './audit-chain.ts';
import { readEvent } from './audit-row.ts';
import type { Database } from './database.ts';
import { cleanText, nameKey } from './text.ts';
import type { AuditLog, AuditRecord } from './types.ts';

/** The audit trail: records are appended, each chained to the one before, and nothing here changes or removes one. */
export function createAuditLog<E extends AuditRecord>(database: Database): AuditLog<E> {
  return {
    async append(events) {
      if (events.length === 0) return;
      await database.write(async ({ db }) => {
        await appendChained(db, database.dialect, events);
        return {};
      });
    },

    async read({ since, type, user, reference, after, oldest = false, limit = 100 }) {
      const conditions = [sql`true`];
      if (since !== undefined) conditions.push(sql`at >= ${since}`);
      if (after !== undefined) conditions.push(sql`seq > ${after}`);
      if (type !== undefined) conditions.push(sql`type = ${cleanText(type)}`);
      if (reference !== undefined) conditions.push(sql`reference = ${cleanText(reference)}`);
      if (user !== undefined) {
        const key = nameKey(user);
        conditions.push(sql`(user_id = ${cleanText(user)} or user_key = ${key} or user_id in (
          select users.id from users where users.user_name_key = ${key} or users.email_key = ${key}))`);
      }
      const { rows } = await database.read((db) =>
        sql<{ seq: number; event: string; personal: string | null }>`select seq, event, personal from audit
          where ${sql.join(conditions, sql` and `)} order by seq ${oldest ? sql`asc` : sql`desc`} limit ${limit}`.execute(
          db,
        ),
      );
      return (oldest ? rows : rows.toReversed()).map((row) => ({ seq: row.seq, event: readEvent<E>(row) }));
    },
  };
}
