import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Database } from './database.ts';
import type { LastClaims, LastClaimsStore } from './rules-types.ts';
import { cleanText, isIdentityKey } from './text.ts';
import type { UserRow } from './user-row.ts';
import { readUser, userColumns } from './user-row.ts';

interface ClaimsRow {
  readonly user_id: string;
  readonly issuer: string;
  readonly subject: string;
  readonly provider: string;
  readonly at: number;
  readonly claims: string;
}

type Kept = Pick<LastClaims, 'groups' | 'roles' | 'emailVerified'> & { readonly emailDomain?: string };

const columns = {
  issuer: 'text',
  subject: 'text',
  provider: 'text',
  at: 'bigint',
  claims: 'text',
} as const;

/** The last claims of identities: written in groups, only where they differ, and gone with their identity. */
export function createLastClaims(database: Database): LastClaimsStore {
  const { dialect } = database;

  async function select(condition: RawBuilder<unknown>): Promise<readonly ClaimsRow[]> {
    const { rows } = await database.read((db) =>
      sql<ClaimsRow>`select identities.user_id, last_claims.issuer, last_claims.subject, last_claims.provider,
          last_claims.at, last_claims.claims
        from identities join last_claims
          on last_claims.issuer = identities.issuer and last_claims.subject = identities.subject
            and last_claims.user_id = identities.user_id
        where ${condition} order by last_claims.at, last_claims.issuer, last_claims.subject`.execute(db),
    );
    return rows;
  }

  /**
   * Ids of people, each once: by an identity of one of these providers, or by one that another of them brought. Each part is
   * a walk along an index, cut off where the page is full.
   */
  function peopleOf(providers: readonly string[], after: string, limit?: number): RawBuilder<unknown> {
    const cut = limit === undefined ? sql`` : sql`order by user_id limit ${limit}`;
    const parts = providers.flatMap((provider) =>
      ['identities', 'last_claims'].map(
        (table) => sql`select id from (select distinct user_id as id, user_id from ${sql.table(table)}
          where provider = ${provider} and user_id > ${after} ${cut}) as part`,
      ),
    );
    return sql.join(parts, sql` union `);
  }

  return {
    async keepClaims(claims) {
      const rows = claims.filter(isIdentityKey).map((each) => ({
        issuer: each.issuer,
        subject: each.subject,
        provider: each.provider,
        at: each.at,
        claims: cleanText(JSON.stringify(toKept(each))),
      }));
      if (rows.length === 0) return;
      const names = ['user_id', ...Object.keys(columns)];
      await database.write(async ({ db }) => {
        await sql`insert into last_claims (${sql.join(names.map((name) => sql.ref(name)))})
          select ${sql.join(names.map((name) => sql.ref(name === 'user_id' ? `identities.${name}` : `seen.${name}`)))}
          from ${dialect.records(rows, columns)} as seen
          join identities on identities.issuer = seen.issuer and identities.subject = seen.subject
          where true on conflict (issuer, subject, provider) do update
            set at = excluded.at, claims = excluded.claims, user_id = excluded.user_id
            where last_claims.claims <> excluded.claims or last_claims.user_id <> excluded.user_id`.execute(
          db,
        );
        return {};
      });
    },

    async claimsOf(userId) {
      return (await select(sql`identities.user_id = ${cleanText(userId)}`)).map(readClaims);
    },

    async listKnownLogins({ providers, after = '', limit }) {
      if (providers.length === 0) return [];
      const { rows } = await database.read((db) =>
        sql<UserRow>`select ${userColumns(dialect)} from users where users.id in (select id from (
            ${peopleOf(providers, cleanText(after), limit)} order by id limit ${limit}) as page)
          order by users.id`.execute(db),
      );
      const users = rows.map(readUser);
      if (users.length === 0) return [];
      const found = await select(sql`identities.user_id in ${dialect.ids(users.map(({ id }) => id))}
        and last_claims.provider in (${sql.join(providers)})`);
      const byUser = Map.groupBy(found, (row) => row.user_id);
      return users.map((user) => ({ user, claims: (byUser.get(user.id) ?? []).map(readClaims) }));
    },

    async countKnownLogins(providers) {
      if (providers.length === 0) return 0;
      const { rows } = await database.read((db) =>
        sql<{ count: number }>`select count(*) as count from (${peopleOf(providers, '')}) as people`.execute(
          db,
        ),
      );
      return rows[0]?.count ?? 0;
    },
  };
}

function toKept({ groups, roles, emailDomain, emailVerified }: LastClaims): Kept {
  return { groups, roles, ...(emailDomain !== undefined && { emailDomain }), emailVerified };
}

function readClaims({ issuer, subject, provider, at, claims }: ClaimsRow): LastClaims {
  const { groups, roles, emailDomain, emailVerified } = JSON.parse(claims) as Kept;
  return { issuer, subject, provider, at, groups, roles, emailDomain, emailVerified };
}
