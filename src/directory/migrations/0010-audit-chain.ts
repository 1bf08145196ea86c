import { sql } from 'kysely';
import type { Migration } from './types.ts';

/**
 * Each record of the audit trail gets a digest over the one before it. What is personal in a record stands apart, salted and
 * with a digest of its own, so that it can be erased and the chain still be verified. `audit_head` has one row: the digest
 * of the last record, and of the last one that was removed because it was old enough.
 */
export const auditChain: Migration = {
  name: '0010-audit-chain',
  statements: ({ kind, text, integer, strict }) => [
    // Words of somebody who was erased do not stay behind in the index.
    ...(kind === 'sqlite'
      ? [sql`insert into people_search (people_search, rank) values ('secure-delete', 1)`]
      : []),
    sql`alter table audit add column personal ${text}`,
    sql`alter table audit add column personal_digest ${text}`,
    sql`alter table audit add column digest ${text}`,
    sql`create table audit_head (
      id ${integer} primary key,
      digest ${text} not null,
      anchor_seq ${integer} not null,
      anchor_digest ${text} not null
    ) ${strict}`,
    sql`insert into audit_head (id, digest, anchor_seq, anchor_digest) values (1, '', 0, '')`,
  ],
};
