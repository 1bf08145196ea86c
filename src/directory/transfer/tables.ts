import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { Failure } from '../../identity/index.ts';
import type { Tables } from '../schema.ts';

/** A table as the catalog of its database describes it. */
export interface TableShape {
  readonly name: string;
  /** Sorted by name, with the type's name in that database. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** In the order of the key. */
  readonly primaryKey: readonly string[];
  /** Tables that its rows point at. */
  readonly refersTo: readonly string[];
}

/** One side of a transfer. */
export interface Side {
  readonly kind: 'sqlite' | 'postgres';
  readonly db: Kysely<Tables>;
}

/** Tables that are not copied, and why. A table that is neither here nor in both databases stops a transfer. */
export const leftBehind: Readonly<Record<string, string>> = {
  migrations: 'the target has its own',
  processes: 'who runs now',
  gateways: 'who runs now',
  change_log: 'for caches that are running now',
  scim_counts: 'counted anew by triggers while the rows come in',
  people_rows: 'index of SQLite, kept by triggers',
  people_search: 'index of SQLite, kept by triggers',
};

/** Tables that are made with a row in them. Every other one is empty in a new database. */
export const bornWithRows: readonly string[] = ['audit_head'];

/** While a transfer is under way its target has this table. */
export const markTable = 'unfinished_transfer';

/** What a SQLite full text index keeps beside itself. */
const shadow = /^people_search_/;

/**
 * The tables to copy, those that others point at first.
 * @throws Failure `internal` (`directory.transfer_tables`) when a table or a column is on one side only.
 */
export async function tablesToCopy(from: Side, to: Side): Promise<readonly TableShape[]> {
  const [source, target] = await Promise.all([shapes(from), shapes(to)]);
  const problems: string[] = [];
  for (const name of new Set([...source.keys(), ...target.keys()])) {
    const [one, other] = [source.get(name), target.get(name)];
    if (!one || !other) problems.push(`table ${name}`);
    else if (columnNames(one) !== columnNames(other)) problems.push(`columns of ${name}`);
    else if (other.primaryKey.length === 0) problems.push(`primary key of ${name}`);
  }
  if (problems.length > 0) {
    const cause = new Error(`The two databases differ in: ${problems.join(', ')}.`);
    throw new Failure('internal', { detail: 'directory.transfer_tables', cause });
  }
  return parentsFirst([...target.values()]);
}

const columnNames = (table: TableShape) => table.columns.map(({ name }) => name).join(' ');

function parentsFirst(tables: readonly TableShape[]): TableShape[] {
  const ordered: TableShape[] = [];
  const visit = (table: TableShape): void => {
    if (ordered.includes(table)) return;
    for (const parent of tables) if (parent !== table && table.refersTo.includes(parent.name)) visit(parent);
    ordered.push(table);
  };
  for (const table of tables.toSorted((a, b) => (a.name < b.name ? -1 : 1))) visit(table);
  return ordered;
}

/** Every table of a database that is to be copied. */
export async function shapes(side: Side): Promise<Map<string, TableShape>> {
  const all = side.kind === 'sqlite' ? await sqliteShapes(side.db) : await postgresShapes(side.db);
  const wanted = all.filter(
    ({ name }) => !Object.hasOwn(leftBehind, name) && !shadow.test(name) && name !== markTable,
  );
  return new Map(wanted.map((table) => [table.name, table]));
}

interface ColumnRow {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  /** Position in the primary key, from 1; 0 or null: none. */
  readonly key: number | null;
}

interface ReferenceRow {
  readonly table: string;
  readonly parent: string;
}

async function sqliteShapes(db: Kysely<Tables>): Promise<TableShape[]> {
  const columns =
    await sql<ColumnRow>`select tables.name as "table", columns.name, columns.type, columns.pk as "key"
    from sqlite_master as tables, pragma_table_info(tables.name) as columns
    where tables.type = 'table' and tables.name not like 'sqlite%'`.execute(db);
  const references = await sql<ReferenceRow>`select tables.name as "table", keys."table" as parent
    from sqlite_master as tables, pragma_foreign_key_list(tables.name) as keys where tables.type = 'table'`.execute(
    db,
  );
  return assemble(columns.rows, references.rows);
}

async function postgresShapes(db: Kysely<Tables>): Promise<TableShape[]> {
  const columns = await sql<ColumnRow>`select tables.relname::text as "table", columns.attname::text as name,
      format_type(columns.atttypid, columns.atttypmod) as type,
      array_position(keys.conkey, columns.attnum) as "key"
    from pg_class as tables
    join pg_attribute as columns on columns.attrelid = tables.oid and columns.attnum > 0 and not columns.attisdropped
    left join pg_constraint as keys on keys.conrelid = tables.oid and keys.contype = 'p'
    where tables.relkind = 'r' and tables.relnamespace = current_schema()::regnamespace`.execute(db);
  const references =
    await sql<ReferenceRow>`select child.relname::text as "table", parent.relname::text as parent
    from pg_constraint as keys join pg_class as child on child.oid = keys.conrelid
    join pg_class as parent on parent.oid = keys.confrelid
    where keys.contype = 'f' and child.relnamespace = current_schema()::regnamespace`.execute(db);
  return assemble(columns.rows, references.rows);
}

function assemble(columns: readonly ColumnRow[], references: readonly ReferenceRow[]): TableShape[] {
  const byTable = Map.groupBy(columns, ({ table }) => table);
  return [...byTable].map(([name, own]) => ({
    name,
    columns: own
      .map((column) => ({ name: column.name, type: column.type }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    primaryKey: own
      .filter(({ key }) => (key ?? 0) > 0)
      .toSorted((a, b) => (a.key ?? 0) - (b.key ?? 0))
      .map((column) => column.name),
    refersTo: references.filter(({ table }) => table === name).map(({ parent }) => parent),
  }));
}
