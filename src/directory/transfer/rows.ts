import { createHash } from 'node:crypto';
import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Side, TableShape } from './tables.ts';

/** A row as its database gives it; every column holds text, a whole number or null. */
export type Row = Readonly<Record<string, string | number | null>>;

/** Rows that are read, compared and written in one go. */
const atOnce = 500;

const list = (names: readonly string[]) => sql.join(names.map((name) => sql.ref(name)));

/** All rows of a table in the order of its primary key, a piece at a time. Keys are ordered byte for byte in both databases. */
export async function* pieces(side: Side, table: TableShape): AsyncGenerator<readonly Row[]> {
  let last: Row | undefined;
  for (;;) {
    const rows = await range(side, table, last, undefined);
    if (rows.length > 0) yield rows;
    if (rows.length < atOnce) return;
    last = rows.at(-1);
  }
}

/** Rows after one key, up to and with another; a piece of them where there is no end. */
export async function range(
  side: Side,
  table: TableShape,
  after: Row | undefined,
  upTo: Row | undefined,
): Promise<readonly Row[]> {
  const names = table.columns.map(({ name }) => name);
  const end = upTo === undefined ? sql` limit ${sql.lit(atOnce)}` : sql``;
  const { rows } = await sql<Row>`select ${list(names)} from ${sql.table(table.name)}
    where ${between(table, after, upTo)} order by ${list(table.primaryKey)}${end}`.execute(side.db);
  return rows;
}

function between(table: TableShape, after: Row | undefined, upTo: Row | undefined): RawBuilder<unknown> {
  const key = sql`(${list(table.primaryKey)})`;
  const values = (row: Row) => sql`(${sql.join(table.primaryKey.map((name) => sql`${row[name]}`))})`;
  const conditions = [
    sql`true`,
    ...(after === undefined ? [] : [sql`${key} > ${values(after)}`]),
    ...(upTo === undefined ? [] : [sql`${key} <= ${values(upTo)}`]),
  ];
  return sql.join(conditions, sql` and `);
}

/** Puts these rows in place of whatever the target has between the two keys; all or nothing. */
export async function replace(
  side: Side,
  table: TableShape,
  after: Row | undefined,
  upTo: Row | undefined,
  rows: readonly Row[],
): Promise<void> {
  const names = table.columns.map(({ name }) => name);
  await side.db.transaction().execute(async (transaction) => {
    await sql`delete from ${sql.table(table.name)} where ${between(table, after, upTo)}`.execute(transaction);
    if (rows.length === 0) return;
    await sql`insert into ${sql.table(table.name)} (${list(names)})
      ${side.kind === 'postgres' ? sql`overriding system value` : sql``}
      select ${list(names)} from ${given(side, table, rows)}`.execute(transaction);
  });
}

/** Rows handed over as one parameter. */
function given(side: Side, table: TableShape, rows: readonly Row[]): RawBuilder<unknown> {
  const json = JSON.stringify(rows);
  if (side.kind === 'postgres') {
    const columns = table.columns.map(({ name, type }) => sql`${sql.ref(name)} ${sql.raw(type)}`);
    return sql`json_to_recordset(${json}::json) as given(${sql.join(columns)})`;
  }
  const columns = table.columns.map(
    ({ name }) => sql`value ->> ${sql.lit(`$."${name}"`)} as ${sql.ref(name)}`,
  );
  // "where true" keeps SQLite from reading "on conflict" style clauses into the join (sqlite.org/lang_upsert.html).
  return sql`(select ${sql.join(columns)} from json_each(${json})) where true`;
}

/** A digest over rows in the order of the key, column by column in the order of their names. */
export interface RowDigest {
  add(rows: readonly Row[]): void;
  readonly count: number;
  hex(): string;
}

/** An empty digest of a table. */
export function rowDigest(table: TableShape): RowDigest {
  const hash = createHash('sha256');
  let count = 0;
  return {
    add(rows) {
      for (const row of rows) hash.update(`${line(table, row)}\n`);
      count += rows.length;
    },
    get count() {
      return count;
    },
    hex: () => hash.digest('hex'),
  };
}

/** True when both have the same rows. */
export function sameRows(table: TableShape, one: readonly Row[], other: readonly Row[]): boolean {
  return (
    one.length === other.length &&
    one.every((row, index) => line(table, row) === line(table, other[index] ?? {}))
  );
}

const line = (table: TableShape, row: Row) => JSON.stringify(table.columns.map(({ name }) => row[name]));
