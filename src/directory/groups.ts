import { sql } from 'kysely';
import type { Database, Writing } from './database.ts';
import { checkGroupName, cleanText, isGroupName } from './text.ts';
import type { AuditOfUser, Directory } from './types.ts';
import type { UserRow } from './user-row.ts';
import { readUser, userColumns } from './user-row.ts';

type Groups = Pick<Directory, 'listGroups' | 'createGroup' | 'addLocalMembership' | 'removeLocalMembership'>;

/** Groups, and the memberships that an administrator grants by hand (source `local`). */
export function createGroups(database: Database, newId: (now: number) => string): Groups {
  const { dialect } = database;

  /** Locks the user, and answers the group's id; undefined when one of the two does not exist. */
  async function find({ db }: Writing, userId: string, group: string): Promise<string | undefined> {
    if (!isGroupName(group)) return undefined;
    const user = await sql`select id from users where id = ${cleanText(userId)}${dialect.forUpdate}`.execute(
      db,
    );
    if (user.rows.length === 0) return undefined;
    const row = await db.selectFrom('groups').select('id').where('name', '=', group).executeTakeFirst();
    return row?.id;
  }

  async function bump(
    writing: Writing,
    userId: string,
    now: number,
    audit: AuditOfUser | undefined,
  ): Promise<void> {
    const { rows } = await sql<UserRow>`update users set version = version + 1, updated_at = ${now}
      where id = ${userId} returning ${userColumns(dialect)}`.execute(writing.db);
    const users = rows.map(readUser);
    await writing.finish(
      [],
      [userId],
      users.flatMap((user) => audit?.(user) ?? []),
    );
  }

  return {
    async listGroups() {
      const { rows } = await database.read((db) =>
        sql<{ id: string; name: string; members: number }>`select groups.id, groups.name,
          (select count(distinct memberships.user_id) from memberships where memberships.group_id = groups.id) as members
          from groups order by groups.name`.execute(db),
      );
      return rows;
    },

    createGroup(name, now, audit) {
      checkGroupName(name);
      return database.write(async ({ db, finish }) => {
        const { rows } =
          await sql`insert into groups (id, name, created_at) values (${newId(now)}, ${name}, ${now})
          on conflict (name) do nothing returning id`.execute(db);
        const created = rows.length === 1;
        if (created) await finish([], [], audit?.() ?? []);
        return { created };
      });
    },

    async addLocalMembership(userId, group, now, audit) {
      const { changed } = await database.write<{ changed: boolean | undefined }>(async (writing) => {
        const groupId = await find(writing, userId, group);
        if (groupId === undefined) return { changed: undefined };
        const { rows } = await sql`insert into memberships (user_id, group_id, source, granted_at)
          values (${userId}, ${groupId}, 'local', ${now}) on conflict do nothing returning user_id`.execute(
          writing.db,
        );
        if (rows.length === 1) await bump(writing, userId, now, audit);
        return { changed: rows.length === 1 };
      });
      return changed;
    },

    async removeLocalMembership(userId, group, now, audit) {
      const { changed } = await database.write<{ changed: boolean | undefined }>(async (writing) => {
        const groupId = await find(writing, userId, group);
        if (groupId === undefined) return { changed: undefined };
        const { rows } = await sql`delete from memberships
          where user_id = ${userId} and group_id = ${groupId} and source = 'local' returning user_id`.execute(
          writing.db,
        );
        if (rows.length === 1) await bump(writing, userId, now, audit);
        return { changed: rows.length === 1 };
      });
      return changed;
    },
  };
}
