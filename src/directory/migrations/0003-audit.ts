import { sql } from 'kysely';
import type { Migration } from './types.ts';

/** The audit trail. It points at no other table: its records outlive the people they tell of. */
export const audit: Migration = {
  name: '0003-audit',
  statements: ({ text, integer, sequence, strict }) => [
    sql`create table audit (
      seq ${sequence},
      at ${integer} not null,
      type ${text} not null,
      user_id ${text},
      user_key ${text},
      reference ${text},
      event ${text} not null
    ) ${strict}`,
    sql`create index audit_by_time on audit (at)`,
    sql`create index audit_by_type on audit (type, seq)`,
    sql`create index audit_by_user on audit (user_id, seq)`,
    sql`create index audit_by_user_name on audit (user_key, seq)`,
    sql`create index audit_by_reference on audit (reference)`,
  ],
};
