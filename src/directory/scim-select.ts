import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { compiled, type Values } from './compiled.ts';
import type { Database } from './database.ts';
import type { Tables } from './schema.ts';
import { living, shapeOf, tableOf, valuesOf, type Kind } from './scim-conditions.ts';
import type { ScimGroupRow, ScimShownRow } from './scim-rows.ts';
import { readScimGroup, readShownUser, scimGroupColumns, scimShownColumns } from './scim-rows.ts';
import type { ScimCondition, ScimPage, ScimStore } from './scim-types.ts';
import { cleanText } from './text.ts';

type Select = Pick<
  ScimStore,
  'findUser' | 'listUsers' | 'findGroup' | 'listGroups' | 'listMembers' | 'count'
>;
type Statement<Row> = (db: Kysely<Tables>, values: Values) => Promise<readonly Row[]>;

/** Texts of statements that are kept; filters of other shapes are made anew each time. */
const mostTexts = 200;

/** Everything that only reads resources. Pages are in the order of the ids, which is the order of creation. */
export function createScimSelect(database: Database): Select {
  const { dialect } = database;
  const texts = new Map<string, Statement<unknown>>();

  /** The statement under this name, made when it is first needed. */
  function statement<Row>(name: string, make: () => Statement<Row>): Statement<Row> {
    const known = texts.get(name);
    if (known) return known as Statement<Row>;
    const made = make();
    if (texts.size < mostTexts && name.length < 200) texts.set(name, made);
    return made;
  }

  /**
   * A page, by way of the index alone: what is skipped is never read from the table, so that the 900th page costs little
   * more than the first.
   */
  function pageStatement<Row>(kind: Kind, columns: 'plain' | 'groups', page: ScimPage): Statement<Row> {
    const { where, after, offset = 0 } = page;
    const name = `${kind} ${columns} ${shapeOf(where)} ${after === undefined ? '' : 'after'} ${offset > 0 ? 'offset' : ''}`;
    return statement(name, () =>
      compiled<Row>((value) => {
        const table = tableOf(kind);
        const shown = kind === 'user' ? scimShownColumns(dialect, columns === 'groups') : scimGroupColumns;
        const from = after === undefined ? sql`` : sql` and ${table}.id > ${value('after')}`;
        const condition = sql`${living(dialect, kind, where, value)}${from}`;
        const order = sql`order by ${table}.id limit ${value('limit')}`;
        return offset === 0
          ? sql`select ${shown} from ${table} where ${condition} ${order}`
          : sql`select ${shown} from ${table} where ${table}.id in (select ${table}.id from ${table}
              where ${condition} ${order} offset ${value('offset')}) order by ${table}.id`;
      }),
    );
  }

  const pageValues = (provider: string, { where, after, offset = 0, limit }: ScimPage): Values => ({
    ...valuesOf(dialect, where),
    provider,
    ...(after !== undefined && { after }),
    ...(offset > 0 && { offset }),
    limit,
  });

  const oneUser = (withGroups: boolean) =>
    compiled<ScimShownRow>(
      (value) => sql`select ${scimShownColumns(dialect, withGroups)} from scim_users
        where scim_users.id = ${value('id')} and provider = ${value('provider')} and deleted_at is null`,
    );
  const users = { plain: oneUser(false), withGroups: oneUser(true) };
  const oneGroup = compiled<ScimGroupRow>(
    (value) => sql`select ${scimGroupColumns} from scim_groups
      where id = ${value('id')} and provider = ${value('provider')}`,
  );
  const groupsOfUsers = compiled<{ scim_user_id: string; id: string; display_name: string }>(
    (value) => sql`select scim_members.scim_user_id, scim_groups.id, scim_groups.display_name
      from scim_members join scim_groups on scim_groups.id = scim_members.group_id
      where scim_members.scim_user_id in (select id from ${dialect.idsOf(value('ids'))} as shown)`,
  );
  const members = compiled<{ id: string; display: string | null }>(
    (value) => sql`select scim_user_id as id, display
      from scim_members
      where scim_members.group_id = ${value('group')} and scim_members.scim_user_id > ${value('after')}
      order by scim_members.scim_user_id limit ${value('limit')}`,
  );
  const known = compiled<{ total: number }>(
    (value) => sql`select cast(coalesce(sum(live), 0) as bigint) as total from scim_counts
      where provider = ${value('provider')} and kind = ${value('kind')}`,
  );

  return {
    async findUser(provider, id, withGroups) {
      const find = withGroups ? users.withGroups : users.plain;
      const [row] = await database.read((db) => find(db, { id: cleanText(id), provider }));
      return row && readShownUser(row);
    },

    async listUsers(provider, { withGroups, ...page }) {
      // Of a few, the groups come with them; of a page, with one statement more: a subquery for each costs more.
      const together = withGroups && isAboutFew(page.where);
      const select = pageStatement<ScimShownRow>('user', together ? 'groups' : 'plain', page);
      return database.read(async (db) => {
        const rows = await select(db, pageValues(provider, page));
        if (!withGroups || together || rows.length === 0) return rows.map((row) => readShownUser(row));
        const ids = dialect.idsValue(rows.map(({ id }) => id));
        const groups = Map.groupBy(await groupsOfUsers(db, { ids }), (row) => row.scim_user_id);
        return rows.map((row) =>
          readShownUser(
            row,
            groups.get(row.id)?.map((group) => [group.id, group.display_name]),
          ),
        );
      });
    },

    async findGroup(provider, id) {
      const [row] = await database.read((db) => oneGroup(db, { id: cleanText(id), provider }));
      return row && readScimGroup(row);
    },

    async listGroups(provider, page) {
      const select = pageStatement<ScimGroupRow>('group', 'plain', page);
      const rows = await database.read((db) => select(db, pageValues(provider, page)));
      return rows.map(readScimGroup);
    },

    async listMembers(group, { after = '', limit }) {
      const rows = await database.read((db) => members(db, { group, after, limit }));
      return rows.map(({ id, display }) => ({ id, display: display ?? undefined }));
    },

    async count(provider, kind, where) {
      const select = where
        ? statement<{ total: number }>(`count ${kind} ${shapeOf(where)}`, () =>
            compiled(
              (value) =>
                sql`select count(*) as total from ${tableOf(kind)} where ${living(dialect, kind, where, value)}`,
            ),
          )
        : known;
      const values = where ? { ...valuesOf(dialect, where), provider } : { provider, kind };
      const [row] = await database.read((db) => select(db, values));
      return Number(row?.total ?? 0);
    },
  };
}

/** A condition on a name or an id finds one, or a few. */
function isAboutFew(where: ScimCondition | undefined): boolean {
  if (!where || 'any' in where || 'ids' in where) return false;
  if ('all' in where) return where.all.some(isAboutFew);
  return 'field' in where && where.field !== 'active' && where.field !== 'changed' && where.field !== 'group';
}
