import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Database } from './database.ts';
import type { SqlDialect } from './dialect.ts';
import type { ScimGroupRow, ScimUserRow } from './scim-rows.ts';
import { readScimGroup, readScimUser, scimGroupColumns, scimKey, scimUserColumns } from './scim-rows.ts';
import type { ScimCondition, ScimPage, ScimStore } from './scim-types.ts';
import { cleanText } from './text.ts';

type Select = Pick<
  ScimStore,
  'findUser' | 'listUsers' | 'findGroup' | 'listGroups' | 'listMembers' | 'count'
>;

/** Everything that only reads resources. Pages are in the order of the ids, which is the order of creation. */
export function createScimSelect(database: Database): Select {
  const { dialect } = database;
  const { pageOf, living } = createConditions(dialect);
  const columns = {
    plain: scimUserColumns(dialect, false),
    groups: scimUserColumns(dialect, true),
  };

  return {
    async findUser(provider, id, withGroups) {
      const { rows } = await database.read((db) =>
        sql<ScimUserRow>`select ${withGroups ? columns.groups : columns.plain} from scim_users
          where scim_users.id = ${cleanText(id)} and provider = ${provider} and deleted_at is null`.execute(
          db,
        ),
      );
      return rows[0] && readScimUser(rows[0]);
    },

    async listUsers(provider, { withGroups, ...page }) {
      const { rows } = await database.read((db) =>
        sql<ScimUserRow>`select ${withGroups ? columns.groups : columns.plain} from scim_users
          ${pageOf('user', provider, page)}`.execute(db),
      );
      return rows.map(readScimUser);
    },

    async findGroup(provider, id) {
      const { rows } = await database.read((db) =>
        sql<ScimGroupRow>`select ${scimGroupColumns} from scim_groups
          where id = ${cleanText(id)} and provider = ${provider}`.execute(db),
      );
      return rows[0] && readScimGroup(rows[0]);
    },

    async listGroups(provider, page) {
      const { rows } = await database.read((db) =>
        sql<ScimGroupRow>`select ${scimGroupColumns} from scim_groups ${pageOf('group', provider, page)}`.execute(
          db,
        ),
      );
      return rows.map(readScimGroup);
    },

    async listMembers(groupId, { after = '', limit }) {
      const { rows } = await database.read((db) =>
        sql<{ id: string; display: string }>`select scim_users.id, scim_users.display
          from scim_members join scim_users on scim_users.id = scim_members.scim_user_id
          where scim_members.group_id = ${groupId} and scim_members.scim_user_id > ${after}
          order by scim_members.scim_user_id limit ${limit}`.execute(db),
      );
      return rows;
    },

    async count(provider, kind, where) {
      const query = where
        ? sql<{
            total: number;
          }>`select count(*) as total from ${tableOf(kind)} where ${living(kind, provider, where)}`
        : sql<{ total: number }>`select cast(coalesce(sum(live), 0) as bigint) as total from scim_counts
            where provider = ${provider} and kind = ${kind}`;
      const { rows } = await database.read((db) => query.execute(db));
      return Number(rows[0]?.total ?? 0);
    },
  };
}

const tableOf = (kind: 'user' | 'group') => sql.table(kind === 'user' ? 'scim_users' : 'scim_groups');

function createConditions(dialect: SqlDialect) {
  /**
   * A page, by way of the index alone: what is skipped is never read from the table, so that the 900th page costs little
   * more than the first.
   */
  function pageOf(kind: 'user' | 'group', provider: string, page: ScimPage): RawBuilder<unknown> {
    const { where, after, offset = 0, limit } = page;
    const table = tableOf(kind);
    const from = after === undefined ? sql`` : sql` and ${table}.id > ${after}`;
    const condition = sql`${living(kind, provider, where)}${from}`;
    if (offset === 0) return sql`where ${condition} order by ${table}.id limit ${limit}`;
    return sql`where ${table}.id in (select ${table}.id from ${table} where ${condition}
    order by ${table}.id limit ${limit} offset ${offset}) order by ${table}.id`;
  }

  function living(
    kind: 'user' | 'group',
    provider: string,
    where: ScimCondition | undefined,
  ): RawBuilder<unknown> {
    const own =
      kind === 'user'
        ? sql`scim_users.provider = ${provider} and scim_users.deleted_at is null`
        : sql`scim_groups.provider = ${provider}`;
    return where ? sql`${own} and ${conditionOf(kind, provider, where)}` : own;
  }

  function conditionOf(kind: 'user' | 'group', provider: string, where: ScimCondition): RawBuilder<unknown> {
    if ('never' in where) return sql`1 = 0`;
    if ('ids' in where)
      return sql`${tableOf(kind)}.id in (select id from ${dialect.ids(where.ids)} as wanted)`;
    if ('all' in where || 'any' in where) {
      const [parts, between] = 'all' in where ? [where.all, sql` and `] : [where.any, sql` or `];
      return sql`(${sql.join(
        parts.map((part) => conditionOf(kind, provider, part)),
        between,
      )})`;
    }
    const table = tableOf(kind);
    switch (where.field) {
      case 'active':
        return sql`scim_users.active = ${sql.lit(where.is ? 1 : 0)}`;
      case 'changed':
        return sql`${table}.updated_at ${sql.raw(where.op)} ${where.at}`;
      case 'id':
        return sql`${table}.id = ${cleanText(where.is)}`;
      case 'externalId':
        return sql`${table}.external_id = ${cleanText(where.is)}`;
      case 'userName':
        return sql`scim_users.user_name_key = ${scimKey(where.is)}`;
      case 'displayName':
        return sql`scim_groups.display_name_key = ${scimKey(where.is)}`;
      case 'email':
        return sql`scim_users.id in (select scim_user_id from scim_emails
        where provider = ${provider} and email_key = ${scimKey(where.is)})`;
      case 'member':
        return sql`scim_groups.id in (select group_id from scim_members where scim_user_id = ${cleanText(where.is)})`;
      case 'group':
        return sql`scim_users.id in (select scim_user_id from scim_members where group_id = ${cleanText(where.is)})`;
    }
  }

  return { pageOf, living };
}
