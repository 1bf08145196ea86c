import { sql } from 'kysely';
import type { Migration } from './types.ts';

/** By what a person whom an administrator added is recognized at the first login. */
export const expected: Migration = {
  name: '0012-expected',
  statements: ({ text, integer, withoutRowid }) => [
    sql`create table expected (
      matched_by ${text} not null,
      value_key ${text} not null,
      provider ${text} not null,
      user_id ${text} not null references users (id) on delete cascade,
      value ${text} not null,
      created_at ${integer} not null,
      primary key (matched_by, value_key, provider, user_id)
    ) ${withoutRowid}`,
    sql`create index expected_by_user on expected (user_id)`,
  ],
};
