import { sql } from 'kysely';
import type { Migration } from './types.ts';

/** Groups, their names compared byte for byte, and who is in them by whose grant. */
export const groups: Migration = {
  name: '0002-groups',
  statements: ({ text, integer, strict, withoutRowid }) => [
    sql`create table groups (
      id ${text} primary key,
      name ${text} not null unique,
      created_at ${integer} not null
    ) ${strict}`,
    sql`create table memberships (
      user_id ${text} not null references users (id) on delete cascade,
      group_id ${text} not null references groups (id) on delete cascade,
      source ${text} not null,
      granted_at ${integer} not null,
      primary key (user_id, group_id, source)
    ) ${withoutRowid}`,
    sql`create index memberships_by_group on memberships (group_id, user_id)`,
  ],
};
