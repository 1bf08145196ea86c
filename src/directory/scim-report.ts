import { sql } from 'kysely';
import type { Database } from './database.ts';
import { turn } from './pieces.ts';
import type { ScimReport } from './scim-types.ts';

/** Rows that one statement looks at. */
const piece = 5_000;
/** People who are named; the others are counted. */
const named = 20;

interface Row {
  readonly key: string;
  readonly user_id: string;
  readonly user_name: string;
  readonly is_missing: number;
}

/** How what a provider's SCIM client made and who signs in with that provider fit together. Looked through in pieces. */
export function createScimReport(database: Database): (provider: string) => Promise<ScimReport> {
  async function gather(
    read: (after: string) => Promise<readonly Row[]>,
  ): Promise<ScimReport['neverSignedIn']> {
    let [after, total] = ['', 0];
    const people: { userId: string; userName: string }[] = [];
    for (;;) {
      const rows = await read(after);
      const missing = rows.filter((row) => row.is_missing === 1);
      total += missing.length;
      for (const row of missing.slice(0, named - people.length))
        people.push({ userId: row.user_id, userName: row.user_name });
      if (rows.length < piece) return { total, people };
      after = rows.at(-1)?.key ?? '';
      await turn();
    }
  }

  return async (provider) => {
    const { rows } = await database.read((db) =>
      sql<{ kind: string; total: number }>`select kind, cast(sum(live) as bigint) as total from scim_counts
        where provider = ${provider} group by kind
        union all select 'inactive', count(*) from scim_users
        where provider = ${provider} and active = 0 and deleted_at is null`.execute(db),
    );
    const count = (kind: string) => Number(rows.find((row) => row.kind === kind)?.total ?? 0);
    const neverSignedIn = await gather(async (after) => {
      const { rows } = await database.read((db) =>
        sql<Row>`select scim_users.id as key, scim_users.user_id, scim_users.user_name,
          case when exists (select 1 from identities
            where identities.user_id = scim_users.user_id and identities.provider = ${provider}) then 0 else 1 end
            as is_missing
          from scim_users where provider = ${provider} and deleted_at is null and scim_users.id > ${after}
          order by scim_users.id limit ${piece}`.execute(db),
      );
      return rows;
    });
    const notProvisioned = await gather(async (after) => {
      const { rows } = await database.read((db) =>
        sql<Row>`select identities.subject as key, identities.user_id, users.user_name,
          case when exists (select 1 from scim_users where scim_users.provider = ${provider}
            and scim_users.user_id = identities.user_id and deleted_at is null) then 0 else 1 end as is_missing
          from identities join users on users.id = identities.user_id
          where identities.provider = ${provider} and identities.subject > ${after}
          order by identities.subject limit ${piece}`.execute(db),
      );
      return rows;
    });
    return {
      users: count('user'),
      inactive: count('inactive'),
      groups: count('group'),
      neverSignedIn,
      notProvisioned,
    };
  };
}
