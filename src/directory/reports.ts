import { sql } from 'kysely';
import type { ConsoleStore, Sample, Tally } from './console-types.ts';
import type { Database } from './database.ts';
import { cleanText } from './text.ts';

type Reports = Omit<ConsoleStore, 'searchPeople' | 'eraseUser'>;

/** Counts for those who look after the gateway. */
export function createReports(database: Database): Reports {
  /** A text of the stored event. */
  const field = (name: string) =>
    database.dialect.kind === 'sqlite'
      ? sql`audit.event ->> ${sql.lit(name)}`
      : sql`audit.event::json ->> ${sql.lit(name)}`;

  return {
    async countPeople() {
      const { rows } = await database.read((db) =>
        sql<{ total: number; disabled: number; deactivated: number }>`select
          (select count(*) from users) as total,
          (select count(*) from users where disabled_at is not null) as disabled,
          (select count(*) from users where deactivated_at is not null) as deactivated`.execute(db),
      );
      return rows[0] ?? { total: 0, disabled: 0, deactivated: 0 };
    },

    async disabledWhy(userId) {
      const row = await database.read((db) =>
        db.selectFrom('users').select('disabled_why').where('id', '=', cleanText(userId)).executeTakeFirst(),
      );
      return row?.disabled_why ?? undefined;
    },

    async tally(types, since, step) {
      const { rows } = await database.read((db) =>
        sql<Tally>`select at / cast(${step} as bigint) * cast(${step} as bigint) as at, type, count(*) as count from audit
          where at >= ${since} and type in (${sql.join(types)}) group by 1, 2 order by 1`.execute(db),
      );
      return rows;
    },

    async refusals(since) {
      const { rows } = await database.read((db) =>
        sql<{ provider: string; why: string; count: number }>`select
            coalesce(${field('provider')}, '') as provider,
            coalesce(${field('reason')}, ${field('code')}, '') as why, count(*) as count
          from audit where at >= ${since} and type in ('login.refused', 'login.failed')
          group by 1, 2 order by 3 desc, 1, 2`.execute(db),
      );
      return rows;
    },

    async addSample({ name, at, value }, keep) {
      await database.write(async ({ db }) => {
        await sql`insert into samples (name, at, value) values (${name}, ${at}, ${value})
          on conflict (name, at) do nothing`.execute(db);
        await sql`delete from samples where name = ${name} and at < ${at - keep}`.execute(db);
        return {};
      });
    },

    async samples(name, since) {
      const { rows } = await database.read((db) =>
        sql<Sample>`select name, at, value from samples where name = ${name} and at >= ${since} order by at`.execute(
          db,
        ),
      );
      return rows;
    },
  };
}
