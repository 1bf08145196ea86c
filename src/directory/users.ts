import { sql } from 'kysely';
import type { IdentityKey, User } from '../identity/index.ts';
import { comparable } from '../identity/index.ts';
import type { Database } from './database.ts';
import { cleanText, isIdentityKey, nameKey } from './text.ts';
import type { Directory, LoginStore, UserSnapshot } from './types.ts';
import type { UserRow } from './user-row.ts';
import { readStanding, readUser, userColumns } from './user-row.ts';

type Users = Pick<Directory, 'findUser' | 'findByName' | 'listUsers' | 'snapshot'> &
  Pick<LoginStore, 'findByIdentity'>;

/** Everything that only reads users. Each answer is one statement. */
export function createUsers(database: Database): Users {
  const columns = userColumns(database.dialect);

  async function select(condition: ReturnType<typeof sql>): Promise<User[]> {
    const { rows } = await database.read((db) =>
      sql<UserRow>`select ${columns} from users ${condition}`.execute(db),
    );
    return rows.map(readUser);
  }

  return {
    async findUser(id) {
      const [user] = await select(sql`where users.id = ${cleanText(id)}`);
      return user;
    },

    async findByIdentity(key: IdentityKey) {
      if (!isIdentityKey(key)) return undefined;
      const [user] = await select(sql`where users.id = (
        select user_id from identities where issuer = ${key.issuer} and subject = ${key.subject})`);
      return user;
    },

    async findByName(name) {
      const key = nameKey(name);
      const found = await select(sql`where users.id = ${cleanText(name).toLowerCase()}
        or users.user_name_key = ${key} or users.email_key = ${key} order by users.user_name_key, users.id`);
      const wanted = comparable(cleanText(name));
      return found.filter(({ id, profile }) =>
        [id, profile.userName, profile.email].some(
          (each) => each !== undefined && comparable(each) === wanted,
        ),
      );
    },

    listUsers({ after, limit, search }) {
      const conditions = [sql`true`];
      if (after !== undefined) {
        conditions.push(sql`(users.user_name_key, users.id) > (
          select past.user_name_key, past.id from users as past where past.id = ${cleanText(after)})`);
      }
      if (search !== undefined && comparable(search) !== '') {
        const part = cleanText(comparable(search));
        conditions.push(sql`${database.dialect.position(sql`users.search_text`, part)} > 0`);
      }
      return select(sql`where ${sql.join(conditions, sql` and `)}
        order by users.user_name_key, users.id limit ${limit}`);
    },

    async snapshot(userId) {
      const groups = database.dialect.jsonList(
        'held.name',
        sql`from (select distinct groups.name from memberships join groups on groups.id = memberships.group_id
          where memberships.user_id = users.id) as held`,
      );
      const { rows } = await database.read((db) =>
        sql<SnapshotRow>`select users.id, users.version, users.user_name, users.email, users.email_verified,
          users.display_name, users.disabled_at, users.deactivated_at, users.idp_roles, ${groups} as group_list
          from users where users.id = ${cleanText(userId)}`.execute(db),
      );
      return rows[0] && readSnapshot(rows[0]);
    },
  };
}

type SnapshotRow = Omit<UserRow, 'identity_list' | 'membership_list'> & { readonly group_list: string };

function readSnapshot(row: SnapshotRow): UserSnapshot {
  return {
    id: row.id,
    version: row.version,
    userName: row.user_name,
    email: row.email ?? undefined,
    emailVerified: row.email_verified === 1,
    displayName: row.display_name ?? undefined,
    ...readStanding(row),
    groups: (JSON.parse(row.group_list) as string[]).sort(),
    idpRoles: JSON.parse(row.idp_roles) as Record<string, string[]>,
  };
}
