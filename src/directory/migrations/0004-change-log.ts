import { sql } from 'kysely';
import type { Migration } from './types.ts';

/** Whose snapshots are no longer true, for the caches of other processes. Only its newest rows are kept. */
export const changeLog: Migration = {
  name: '0004-change-log',
  statements: ({ text, sequence, strict }) => [
    sql`create table change_log (
      seq ${sequence},
      user_id ${text} not null
    ) ${strict}`,
  ],
};
