import { sql } from 'kysely';
import type { ConsoleStore } from './console-types.ts';
import type { Database } from './database.ts';
import { cleanText, nameKey } from './text.ts';
import type { UserRow } from './user-row.ts';
import { readUser, userColumns } from './user-row.ts';

/** Removes a person for good. Everything that hangs on the row of the user goes with it. */
export function createErase(database: Database): ConsoleStore['eraseUser'] {
  const columns = userColumns(database.dialect);
  return async (userId, audit) => {
    const { erased } = await database.write(async ({ db, finish }) => {
      const id = cleanText(userId);
      const { rows } = await sql<UserRow>`select ${columns} from users
        where users.id = ${id}${database.dialect.forUpdate}`.execute(db);
      const user = rows[0] && readUser(rows[0]);
      if (user === undefined) return { erased: false };
      await sql`delete from users where id = ${id}`.execute(db);
      // Also what was written before anybody knew the id: a refused sign-in has the name only.
      await sql`update audit set personal = null, user_key = null
        where user_id = ${id} or (user_id is null and user_key = ${nameKey(user.profile.userName)})`.execute(
        db,
      );
      await sql`delete from login_traces
        where user_id = ${id} or user_key = ${nameKey(user.profile.userName)}`.execute(db);
      await finish([], [id], audit?.(user) ?? []);
      return { erased: true };
    });
    return erased;
  };
}
