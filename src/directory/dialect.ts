import type { Kysely, RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Tables } from './schema.ts';

/** The few places where the two databases do not speak the same SQL. Everything else is written once. */
export interface SqlDialect {
  readonly kind: 'sqlite' | 'postgres';
  /** Rows handed over as one parameter, as a subquery: the statement's text does not grow with their number. */
  records(
    rows: readonly Readonly<Record<string, unknown>>[],
    columns: Readonly<Record<string, 'text' | 'bigint'>>,
  ): RawBuilder<unknown>;
  /** Ids handed over as one parameter, as a subquery with the one column `id`. */
  ids(ids: readonly string[]): RawBuilder<unknown>;
  /** The same in two parts, for statements whose text is made once. */
  idsValue(ids: readonly string[]): unknown;
  idsOf(value: RawBuilder<unknown>): RawBuilder<unknown>;
  /** All values of an expression over the rows of a subquery's `from …` tail, as one JSON text. */
  jsonList(value: readonly string[] | string, tail: RawBuilder<unknown>): RawBuilder<string>;
  /** Whether a text is one of these, whose number the planner knows. */
  oneOf(value: RawBuilder<unknown>, texts: readonly string[]): RawBuilder<boolean>;
  /** Position of `needle` in `haystack`, 0 if it is not there. */
  position(haystack: RawBuilder<unknown>, needle: string): RawBuilder<number>;
  /** Locks the rows a transaction is about to change; SQLite has locked the whole file already. */
  readonly forUpdate: RawBuilder<unknown>;
  /** Carries statements out one after the other, none of which sees what another did: one round trip where possible. */
  together(db: Kysely<Tables>, statements: readonly RawBuilder<unknown>[]): Promise<void>;
}

export const sqliteSql: SqlDialect = {
  kind: 'sqlite',
  records(rows, columns) {
    const fields = Object.keys(columns).map(
      (name) => sql`value ->> ${sql.lit(`$.${name}`)} as ${sql.ref(name)}`,
    );
    return sql`(select ${sql.join(fields)} from json_each(${JSON.stringify(rows)}))`;
  },
  ids: (ids) =>
    ids.length === 1
      ? sql`(select ${ids[0]} as id)`
      : sql`(select value as id from json_each(${JSON.stringify(ids)}))`,
  idsValue: (ids) => JSON.stringify(ids),
  idsOf: (value) => sql`(select value as id from json_each(${value}))`,
  jsonList(value, tail) {
    const item =
      typeof value === 'string'
        ? sql.ref(value)
        : sql`json_array(${sql.join(value.map((each) => sql.ref(each)))})`;
    return sql<string>`(select json_group_array(${item}) ${tail})`;
  },
  oneOf: (value, texts) => sql<boolean>`${value} in (select value from json_each(${JSON.stringify(texts)}))`,
  position: (haystack, needle) => sql<number>`instr(${haystack}, ${needle})`,
  forUpdate: sql``,
  async together(db, statements) {
    for (const statement of statements) await statement.execute(db);
  },
};

export const postgresSql: SqlDialect = {
  kind: 'postgres',
  records(rows, columns) {
    const fields = Object.entries(columns).map(([name, type]) => sql`${sql.ref(name)} ${sql.raw(type)}`);
    return sql`(select * from json_to_recordset(${JSON.stringify(rows)}::json) as record(${sql.join(fields)}))`;
  },
  ids: (ids) => sql`(select unnest(${ids}::text[]) as id)`,
  idsValue: (ids) => ids,
  idsOf: (value) => sql`(select unnest(${value}::text[]) as id)`,
  jsonList(value, tail) {
    const item =
      typeof value === 'string'
        ? sql.ref(value)
        : sql`json_build_array(${sql.join(value.map((each) => sql.ref(each)))})`;
    return sql<string>`(select coalesce(json_agg(${item}), '[]'::json)::text ${tail})`;
  },
  oneOf: (value, texts) => sql<boolean>`${value} = any(${texts}::text[])`,
  position: (haystack, needle) => sql<number>`strpos(${haystack}, ${needle})`,
  forUpdate: sql` for update`,
  async together(db, statements) {
    const last = statements.at(-1);
    if (!last) return;
    const before = statements.slice(0, -1).map((each, index) => sql`${sql.ref(`step${index}`)} as (${each})`);
    await (before.length === 0 ? last : sql`with ${sql.join(before)} ${last}`).execute(db);
  },
};
