import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { ColumnTypes } from './types.ts';

/** How many rows share the count of one provider on PostgreSQL, so that concurrent writers do not wait for one row. */
const shards = 16;

/**
 * How many living users and groups each provider has, kept by triggers: exact in every transaction whatever its road
 * (a cascade, too), and a page of 100,000 users need not be counted to say how many there are.
 */
export function scimCounting(types: ColumnTypes): readonly RawBuilder<unknown>[] {
  const { text, integer, withoutRowid } = types;
  const table = sql`create table scim_counts (
    provider ${text} not null,
    kind ${text} not null,
    shard ${integer} not null,
    live ${integer} not null,
    primary key (provider, kind, shard)
  ) ${withoutRowid}`;
  return [table, ...(types.kind === 'sqlite' ? sqliteTriggers() : postgresTriggers())];
}

function sqliteTriggers(): readonly RawBuilder<unknown>[] {
  const more = (kind: string) => sql`insert into scim_counts (provider, kind, shard, live)
    values (new.provider, ${sql.lit(kind)}, 0, 1) on conflict (provider, kind, shard) do update set live = live + 1`;
  const less = (kind: string) => sql`update scim_counts set live = live - 1
    where provider = old.provider and kind = ${sql.lit(kind)} and shard = 0`;
  return [
    sql`create trigger scim_user_made after insert on scim_users when new.deleted_at is null
      begin ${more('user')}; end`,
    sql`create trigger scim_user_deleted after update of deleted_at on scim_users
      when old.deleted_at is null and new.deleted_at is not null begin ${less('user')}; end`,
    sql`create trigger scim_user_erased after delete on scim_users when old.deleted_at is null
      begin ${less('user')}; end`,
    sql`create trigger scim_group_made after insert on scim_groups begin ${more('group')}; end`,
    sql`create trigger scim_group_gone after delete on scim_groups begin ${less('group')}; end`,
  ];
}

function postgresTriggers(): readonly RawBuilder<unknown>[] {
  const count = (
    name: string,
    row: string,
    step: string,
  ) => sql`create function ${sql.ref(name)}() returns trigger
    language plpgsql as $$ begin
      insert into scim_counts (provider, kind, shard, live)
        values (${sql.raw(row)}.provider, tg_argv[0], abs(hashtext(${sql.raw(row)}.id) % ${sql.lit(shards)}), ${sql.raw(step)})
        on conflict (provider, kind, shard) do update set live = scim_counts.live + excluded.live;
      return null;
    end $$`;
  return [
    count('scim_count_more', 'new', '1'),
    count('scim_count_less', 'old', '-1'),
    sql`create trigger scim_user_made after insert on scim_users for each row
      when (new.deleted_at is null) execute function scim_count_more('user')`,
    sql`create trigger scim_user_deleted after update of deleted_at on scim_users for each row
      when (old.deleted_at is null and new.deleted_at is not null) execute function scim_count_less('user')`,
    sql`create trigger scim_user_erased after delete on scim_users for each row
      when (old.deleted_at is null) execute function scim_count_less('user')`,
    sql`create trigger scim_group_made after insert on scim_groups for each row
      execute function scim_count_more('group')`,
    sql`create trigger scim_group_gone after delete on scim_groups for each row
      execute function scim_count_less('group')`,
  ];
}
