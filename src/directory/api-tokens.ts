import { sql } from 'kysely';
import type { ApiToken, ApiTokenStore } from './api-token-types.ts';
import type { Database } from './database.ts';
import { cleanText } from './text.ts';

type TokenRow = Omit<ApiToken, 'lastUsedAt' | 'revokedAt'> & {
  readonly lastUsedAt: number | null;
  readonly revokedAt: number | null;
};

const columns = sql`id, user_id as "userId", provider, name, digest, created_at as "createdAt",
  expires_at as "expiresAt", last_used_at as "lastUsedAt", revoked_at as "revokedAt"`;

/** Personal API tokens. Ids and digests are random, so they are compared as they are. */
export function createApiTokens(database: Database): ApiTokenStore {
  return {
    async addToken(token, most, audit) {
      const { outcome } = await database.write<{ outcome: 'added' | 'too_many' | 'no_user' }>(
        async ({ db, finish }) => {
          const user =
            await sql`select id from users where id = ${token.userId}${database.dialect.forUpdate}`.execute(
              db,
            );
          if (user.rows.length === 0) return { outcome: 'no_user' };
          const { rows } = await sql<{ live: number }>`select count(*) as live from api_tokens
            where user_id = ${token.userId} and revoked_at is null and expires_at > ${token.createdAt}`.execute(
            db,
          );
          if (Number(rows[0]?.live) >= most) return { outcome: 'too_many' };
          await sql`insert into api_tokens (id, user_id, provider, name, digest, created_at, expires_at)
            values (${token.id}, ${token.userId}, ${token.provider}, ${cleanText(token.name)}, ${token.digest},
              ${token.createdAt}, ${token.expiresAt})`.execute(db);
          await finish([], [], audit());
          return { outcome: 'added' };
        },
      );
      return outcome;
    },

    async findToken(digest) {
      const { rows } = await database.read((db) =>
        sql<TokenRow>`select ${columns} from api_tokens where digest = ${digest}`.execute(db),
      );
      return rows[0] && readToken(rows[0]);
    },

    async listTokens(userId) {
      const whose = userId === undefined ? sql`true` : sql`user_id = ${cleanText(userId)}`;
      const { rows } = await database.read((db) =>
        sql<TokenRow>`select ${columns} from api_tokens where ${whose} order by created_at desc, id`.execute(
          db,
        ),
      );
      return rows.map(readToken);
    },

    async revokeToken(userId, id, at, audit) {
      const { token } = await database.write<{ token: ApiToken | undefined }>(async ({ db, finish }) => {
        const { rows } = await sql<TokenRow>`update api_tokens set revoked_at = ${at}
          where id = ${cleanText(id)} and user_id = ${cleanText(userId)} and revoked_at is null
          returning ${columns}`.execute(db);
        const revoked = rows[0] && readToken(rows[0]);
        if (revoked !== undefined) await finish([], [revoked.userId], audit(revoked));
        return { token: revoked };
      });
      return token;
    },

    async tokenUsed(id, at) {
      await database.tryWrite(async ({ db }) => {
        await sql`update api_tokens set last_used_at = ${at}
          where id = ${id} and (last_used_at is null or last_used_at < ${at})`.execute(db);
        return {};
      });
    },
  };
}

function readToken(row: TokenRow): ApiToken {
  return { ...row, lastUsedAt: row.lastUsedAt ?? undefined, revokedAt: row.revokedAt ?? undefined };
}
