import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { User } from '../identity/index.ts';
import type { Database } from './database.ts';
import { cleanText } from './text.ts';
import type { AuditOfUser, Directory } from './types.ts';
import type { UserRow } from './user-row.ts';
import { readUser, userColumns } from './user-row.ts';

/** The two flags that keep a user out. They are set and cleared apart from each other: see identity's Standing. */
export function createStanding(
  database: Database,
  now: () => number,
): Pick<Directory, 'setDisabled' | 'setDeactivated'> {
  const columns = userColumns(database.dialect);

  function change(
    userId: string,
    flag: string,
    set: RawBuilder<unknown>,
    isSet: boolean,
    audit: AuditOfUser | undefined,
    onlyBy?: string,
  ) {
    return database
      .write<{ answer: { user: User; changed: boolean } | undefined }>(async ({ db, finish }) => {
        const id = cleanText(userId);
        const before = isSet ? sql`is null` : sql`is not null`;
        const whose = onlyBy === undefined ? sql`` : sql`and ${saidBy(onlyBy)}`;
        const updated = await sql<UserRow>`update users
          set ${set}, version = version + 1, updated_at = ${now()}
          where users.id = ${id} and ${sql.ref(flag)} ${before} ${whose} returning ${columns}`.execute(db);
        if (updated.rows[0]) {
          const user = readUser(updated.rows[0]);
          await finish([], [user.id], audit?.(user) ?? []);
          return { answer: { user, changed: true } };
        }
        const { rows } = await sql<UserRow>`select ${columns} from users where users.id = ${id}`.execute(db);
        return { answer: rows[0] && { user: readUser(rows[0]), changed: false } };
      })
      .then(({ answer }) => answer);
  }

  return {
    setDisabled: (userId, disabled, audit) =>
      change(
        userId,
        'disabled_at',
        sql`disabled_at = ${disabled?.at ?? null}, disabled_why = ${disabled?.why === undefined ? null : cleanText(disabled.why)}`,
        disabled !== undefined,
        audit,
      ),
    setDeactivated: (userId, deactivated, audit, onlyBy) =>
      change(
        userId,
        'deactivated_at',
        sql`deactivated_at = ${deactivated?.at ?? null}, deactivated_by = ${deactivated?.by ?? null}`,
        deactivated !== undefined,
        audit,
        onlyBy,
      ),
  };
}

/** Is this who switched the user off, or, for a name that ends in a colon, one of those? */
function saidBy(name: string): RawBuilder<unknown> {
  const clean = cleanText(name);
  return clean.endsWith(':')
    ? sql`substr(deactivated_by, 1, ${clean.length}) = ${clean}`
    : sql`deactivated_by = ${clean}`;
}
