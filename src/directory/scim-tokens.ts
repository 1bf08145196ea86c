import { sql } from 'kysely';
import type { ChangeFeed } from './change-feed.ts';
import type { Database } from './database.ts';
import type { ScimActivity, ScimActivityStore, ScimToken, ScimTokenStore } from './scim-token-types.ts';
import { cleanText } from './text.ts';

interface TokenRow {
  readonly id: string;
  readonly provider: string;
  readonly kind: string;
  readonly name: string;
  readonly digest: string;
  readonly client_id: string | null;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly last_used_at: number | null;
  readonly revoked_at: number | null;
}

/** How often the time of the last use is written, milliseconds. */
const useInterval = 60_000;

/** What the change log calls a token, among the ids of users: no user has such an id. */
const changeKey = (id: string) => `scim-token:${id}`;

/**
 * Credentials of provisioning clients, found by their public id. A revocation goes through the change feed, as a change of
 * a user does: caches of other processes hear of it before it is acknowledged.
 */
export function createScimTokens(
  database: Database,
  { settled }: Pick<ChangeFeed, 'settled'>,
): ScimTokenStore {
  const columns = sql`id, provider, kind, name, digest, client_id, created_at, expires_at, last_used_at, revoked_at`;

  return {
    async add(token, audit) {
      await database.write(async ({ finish }) => {
        await finish(
          [
            sql`insert into scim_tokens (id, provider, kind, name, digest, client_id, created_at, expires_at)
              values (${token.id}, ${token.provider}, ${token.kind}, ${cleanText(token.name)}, ${token.digest},
                ${token.clientId ?? null}, ${token.createdAt}, ${token.expiresAt ?? null})`,
          ],
          [],
          audit?.() ?? [],
        );
        return {};
      });
    },

    async find(id) {
      const { rows } = await database.read((db) =>
        sql<TokenRow>`select ${columns} from scim_tokens where id = ${cleanText(id)}
          or id = (select client_id from scim_tokens where id = ${cleanText(id)})`.execute(db),
      );
      const token = rows.find((row) => row.id === id);
      if (!token) return undefined;
      const client = rows.find((row) => row.id === token.client_id);
      return { token: readToken(token), client: client && readToken(client) };
    },

    async list(provider) {
      const own = provider === undefined ? sql`true` : sql`provider = ${provider}`;
      const { rows } = await database.read((db) =>
        sql<TokenRow>`select ${columns} from scim_tokens
          where kind <> 'access' and ${own} order by created_at, id`.execute(db),
      );
      return rows.map(readToken);
    },

    async revoke(id, at, audit) {
      const { changed } = await database.write(async ({ db, finish }) => {
        const { rows } = await sql`update scim_tokens set revoked_at = ${at}
          where id = ${cleanText(id)} and revoked_at is null returning id`.execute(db);
        if (rows.length > 0) {
          const issued = await sql<{ id: string }>`delete from scim_tokens where client_id = ${cleanText(id)}
            returning id`.execute(db);
          await finish([], [id, ...issued.rows.map((row) => row.id)].map(changeKey), audit?.() ?? []);
        }
        return { changed: rows.length > 0 };
      });
      await settled();
      return changed;
    },

    async used(id, at) {
      await database.write(async ({ db }) => {
        await sql`update scim_tokens set last_used_at = ${at}
          where id = ${id} and (last_used_at is null or last_used_at <= ${at - useInterval})`.execute(db);
        return {};
      });
    },

    async warn(id, days) {
      const { isFirst } = await database.write(async ({ db }) => {
        const { rows } = await sql`update scim_tokens set warned_days = ${days}
          where id = ${id} and (warned_days is null or warned_days > ${days}) returning id`.execute(db);
        return { isFirst: rows.length > 0 };
      });
      return isFirst;
    },

    async prune(before) {
      await database.write(async ({ db }) => {
        await sql`delete from scim_tokens where kind = 'access' and expires_at < ${before}`.execute(db);
        return {};
      });
    },
  };
}

/** The id of the token that `freshness` tells of, or undefined when it tells of a user. */
export function changedToken(key: string): string | undefined {
  const prefix = changeKey('');
  return key.startsWith(prefix) ? key.slice(prefix.length) : undefined;
}

function readToken(row: TokenRow): ScimToken {
  return {
    id: row.id,
    provider: row.provider,
    kind: row.kind as ScimToken['kind'],
    name: row.name,
    digest: row.digest,
    clientId: row.client_id ?? undefined,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
  };
}

interface ActivityRow {
  readonly provider: string;
  readonly what: string;
  readonly total: number;
  readonly last_at: number;
  readonly detail: string | null;
}

/** What clients did lately. */
export function createScimActivity(database: Database): ScimActivityStore {
  return {
    async note(activities) {
      // In one order for everybody, so that two processes that write at once do not wait for each other in a circle.
      const ordered = activities.toSorted((one, other) => (one.what < other.what ? -1 : 1));
      await database.write(async ({ db }) => {
        for (const { provider, what, total, lastAt, detail } of ordered) {
          await sql`insert into scim_activity (provider, what, total, last_at, detail)
            values (${provider}, ${cleanText(what)}, ${total}, ${lastAt}, ${detail === undefined ? null : cleanText(detail)})
            on conflict (provider, what) do update set total = scim_activity.total + excluded.total,
              detail = case when excluded.last_at >= scim_activity.last_at then excluded.detail else scim_activity.detail end,
              last_at = case when excluded.last_at >= scim_activity.last_at then excluded.last_at
                else scim_activity.last_at end`.execute(db);
        }
        return {};
      });
    },

    async read(provider) {
      const own = provider === undefined ? sql`true` : sql`provider = ${provider}`;
      const { rows } = await database.read((db) =>
        sql<ActivityRow>`select provider, what, total, last_at, detail from scim_activity
          where ${own} order by provider, what`.execute(db),
      );
      return rows.map((row): ScimActivity => ({
        provider: row.provider,
        what: row.what,
        total: row.total,
        lastAt: row.last_at,
        detail: row.detail ?? undefined,
      }));
    },
  };
}
