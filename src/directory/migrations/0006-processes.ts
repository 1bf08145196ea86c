import { sql } from 'kysely';
import type { Migration } from './types.ts';

/**
 * The processes that may answer from memory, and for PostgreSQL a trigger that tells them of every entry of the change
 * log: it commits with the change, whoever writes it. (SQLite needs neither: its data_version tells.)
 */
export const processes: Migration = {
  name: '0006-processes',
  statements: ({ kind, text, integer, withoutRowid }) => [
    sql`create table processes (
      id ${text} primary key,
      beat ${integer} not null
    ) ${withoutRowid}`,
    ...(kind === 'postgres' ? tellingTrigger : []),
  ],
};

const tellingTrigger = [
  sql`create function doorward_tell_change() returns trigger language plpgsql as $$
    begin
      perform pg_notify('doorward_changes', 'user ' || new.user_id);
      return null;
    end $$`,
  sql`create trigger tell_change after insert on change_log for each row execute function doorward_tell_change()`,
];
