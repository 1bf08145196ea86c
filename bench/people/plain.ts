import Sqlite from 'better-sqlite3';
import { Client } from 'pg';
import type { PeopleQuery } from '../../src/directory/index.ts';

export type Search = Omit<PeopleQuery, 'limit'>;

/** A database as anybody may use it: rows in, plain SQL out. */
export interface Plain {
  /** Inserts rows of one table; the columns are those of the first. */
  insert(table: string, rows: readonly Readonly<Record<string, unknown>>[]): Promise<void>;
  /** What a plain implementation would run: `like '%…%'`, ordered, the first fifty. Gives how many it found. */
  search(query: Search): Promise<number>;
  /** Brings the planner's statistics up to date. */
  analyze(): Promise<void>;
  close(): Promise<void>;
}

export function plainSqlite(path: string): Plain {
  const database = new Sqlite(path);
  database.pragma('synchronous = off');
  return {
    insert: async (table, rows) => {
      const names = Object.keys(rows[0] ?? {});
      const one = database.prepare(
        `insert into ${table} (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`,
      );
      database.transaction(() => {
        for (const row of rows) one.run(...Object.values(row));
      })();
    },
    search: async (query) => {
      const { text, values } = plainSearch(query, () => '?');
      return database.prepare<unknown[]>(text).all(...values).length;
    },
    analyze: async () => void database.exec('analyze'),
    close: async () => void database.close(),
  };
}

export async function plainPostgres(url: string): Promise<Plain> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return {
    async insert(table, rows) {
      const names = Object.keys(rows[0] ?? {}).join(', ');
      // One parameter, whatever the number of rows; the columns' types are the table's.
      await client.query(
        `insert into ${table} (${names}) select ${names} from json_populate_recordset(null::${table}, $1)`,
        [JSON.stringify(rows)],
      );
    },
    async search(query) {
      const { text, values } = plainSearch(query, (position) => `$${position}`);
      return (await client.query(text, values as unknown[])).rows.length;
    },
    analyze: async () => void (await client.query('analyze')),
    close: () => client.end(),
  };
}

function plainSearch(
  { search, provider, group, status }: Search,
  parameter: (position: number) => string,
): { text: string; values: readonly string[] } {
  const values: string[] = [];
  const add = (value: string): string => parameter(values.push(value));
  const conditions = ['true'];
  for (const word of (search ?? '').split(/[^\p{L}\p{N}]+/u).filter((each) => each !== '')) {
    conditions.push(`search_text like '%' || ${add(word)} || '%'`);
  }
  if (provider !== undefined) {
    conditions.push(`id in (select user_id from identities where provider = ${add(provider)})`);
  }
  if (group !== undefined) {
    conditions.push(
      `id in (select user_id from memberships join groups on groups.id = group_id where groups.name = ${add(group)})`,
    );
  }
  if (status === 'disabled') conditions.push('disabled_at is not null');
  if (status === 'active') conditions.push('disabled_at is null and deactivated_at is null');
  const text = `select id, user_name, email, display_name from users where ${conditions.join(' and ')} order by user_name_key, id limit 50`;
  return { text, values };
}
