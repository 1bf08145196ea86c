import type { Kysely, RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { User } from '../identity/index.ts';
import type { Database } from './database.ts';
import type { SqlDialect } from './dialect.ts';
import type { Tables } from './schema.ts';
import type { ProvisionedQuery, ScimMatch } from './scim-match.ts';
import { scimKey } from './scim-rows.ts';
import { cleanText } from './text.ts';
import type { UserRow } from './user-row.ts';
import { readUser, userColumns } from './user-row.ts';

/** More than two make no difference: nobody guesses among them. */
const enough = 3;
/** Of a resource: living, or deleted. Each has its own index. */
const standings = [sql`is null`, sql`is not null`];

/**
 * The people whom SCIM made and who answer to the first way of matching that knows anybody: of the living, else of those
 * whose resource was deleted, so that nobody comes back by a first login.
 */
export function createFindProvisioned(
  database: Database,
): (query: ProvisionedQuery) => Promise<readonly User[]> {
  const columns = userColumns(database.dialect);
  return ({ provider, match }) =>
    database.read(async (db) => {
      for (const way of match) {
        for (const standing of standings) {
          const { rows } = await sql<UserRow>`select ${columns} from users where users.id in (
            ${peopleWhere(provider, way, standing)}) order by users.id limit ${enough}`.execute(db);
          if (rows.length > 0) return rows.map(readUser);
        }
      }
      return [];
    });
}

/** Is there anybody by now? Inside a transaction, after {@link lockMatches}. */
export async function isProvisioned(
  db: Kysely<Tables>,
  { provider, match }: ProvisionedQuery,
): Promise<boolean> {
  for (const way of match) {
    for (const standing of standings) {
      const { rows } = await sql`${peopleWhere(provider, way, standing)} limit 1`.execute(db);
      if (rows.length > 0) return true;
    }
  }
  return false;
}

function peopleWhere(
  provider: string,
  { by, value }: ScimMatch,
  deleted: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const own = sql`select scim_users.user_id from scim_users where scim_users.provider = ${provider}`;
  const standing = sql` and scim_users.deleted_at ${deleted}`;
  if (by === 'subject') return sql`${own} and scim_users.external_id = ${cleanText(value)}${standing}`;
  if (by === 'userName') return sql`${own} and scim_users.user_name_key = ${scimKey(value)}${standing}`;
  return sql`${own} and scim_users.id in (select scim_user_id from scim_emails
    where scim_emails.provider = ${provider} and email_key = ${scimKey(value)})${standing}`;
}

/**
 * A first login and the POST of the same person at the same moment wait for each other, so that the second one finds what
 * the first one made. SQLite has one writer anyway.
 */
export async function lockMatches(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  { provider, match }: ProvisionedQuery,
): Promise<void> {
  if (dialect.kind === 'sqlite') return;
  const keys = match.map(
    ({ by, value }) => `scim ${provider} ${by} ${by === 'subject' ? cleanText(value) : scimKey(value)}`,
  );
  for (const key of keys.sort())
    await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(db);
}
