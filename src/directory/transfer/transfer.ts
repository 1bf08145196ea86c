import { sql } from 'kysely';
import { Failure } from '../../identity/index.ts';
import { pieces, range, replace, rowDigest, sameRows, type Row } from './rows.ts';
import { bornWithRows, markTable, type Side, tablesToCopy, type TableShape } from './tables.ts';

/** One table after the transfer, counted and digested on both sides. */
export interface TransferredTable {
  readonly table: string;
  readonly rows: number;
  /** SHA-256 over all rows in the order of the key. */
  readonly digest: string;
}

export interface TransferOptions {
  /** How a transfer is recognized when it is started again: where it came from, without a password. */
  readonly source: string;
  readonly now: number;
  readonly onProgress?: (table: string, rows: number) => void;
}

/**
 * Copies every row of a directory into an empty one, reads it back, and compares. Started again after an interruption it
 * goes on: what is there already is compared and left. The target carries a mark until {@link finish}.
 *
 * @throws Failure `internal`: `directory.transfer_not_empty`, `directory.transfer_differs` (what was read back is not what
 *   was written), `directory.transfer_tables`.
 */
export async function transfer(
  from: Side,
  to: Side,
  options: TransferOptions,
): Promise<readonly TransferredTable[]> {
  const tables = await tablesToCopy(from, to);
  await begin(to, tables, options);
  const copied: TransferredTable[] = [];
  for (const table of tables) copied.push(await copy(from, to, table, options));
  for (const each of copied) await verify(to, tables, each);
  if (to.kind === 'postgres') await restartSequences(to, tables);
  return copied;
}

/** Takes the mark away: the target is whole. */
export async function finish(to: Side): Promise<void> {
  await sql`drop table ${sql.table(markTable)}`.execute(to.db);
}

/** @throws Failure `internal` (`directory.transfer_changed`) when the source is not where it was. */
export function unchanged(before: string, after: string): void {
  if (before === after) return;
  throw refusal(
    'directory.transfer_changed',
    'The source was changed while it was copied. Stop every process that uses it, and run the command again: only what changed is copied.',
  );
}

/** A half-filled target is gone on with only when it was begun from the same source; another one's rows are not touched. */
async function begin(to: Side, tables: readonly TableShape[], options: TransferOptions): Promise<void> {
  const marked = await markOf(to);
  if (marked === options.source) return;
  for (const { name } of tables.filter((table) => !bornWithRows.includes(table.name))) {
    const { rows } = await sql`select 1 from ${sql.table(name)} limit 1`.execute(to.db);
    if (marked === undefined && rows.length === 0) continue;
    throw refusal(
      'directory.transfer_not_empty',
      marked === undefined
        ? `The target is not empty: it has rows in "${name}". Take an empty database.`
        : 'The target holds a part of another directory. Take an empty database.',
    );
  }
  await sql`create table ${sql.table(markTable)} (source text not null, started_at bigint not null)`.execute(
    to.db,
  );
  await sql`insert into ${sql.table(markTable)} (source, started_at) values (${options.source}, ${options.now})`.execute(
    to.db,
  );
}

/** Where the transfer into this database comes from that is not finished, if there is one. */
export async function markOf(side: Side): Promise<string | undefined> {
  const found =
    side.kind === 'sqlite'
      ? await sql`select 1 from sqlite_master where name = ${markTable}`.execute(side.db)
      : await sql`select 1 where to_regclass(${markTable}) is not null`.execute(side.db);
  if (found.rows.length === 0) return undefined;
  const { rows } = await sql<{ source: string }>`select source from ${sql.table(markTable)}`.execute(side.db);
  return rows[0]?.source ?? '';
}

async function copy(
  from: Side,
  to: Side,
  table: TableShape,
  { onProgress }: TransferOptions,
): Promise<TransferredTable> {
  const digest = rowDigest(table);
  let last: Row | undefined;
  for await (const rows of pieces(from, table)) {
    const end = rows.at(-1);
    if (!sameRows(table, rows, await range(to, table, last, end))) await replace(to, table, last, end, rows);
    last = end;
    digest.add(rows);
    onProgress?.(table.name, digest.count);
  }
  // What the source does not have (any more) behind its last row.
  await replace(to, table, last, undefined, []);
  onProgress?.(table.name, digest.count);
  return { table: table.name, rows: digest.count, digest: digest.hex() };
}

async function verify(to: Side, tables: readonly TableShape[], expected: TransferredTable): Promise<void> {
  const table = tables.find(({ name }) => name === expected.table);
  if (!table) return;
  const digest = rowDigest(table);
  for await (const rows of pieces(to, table)) digest.add(rows);
  if (digest.count === expected.rows && digest.hex() === expected.digest) return;
  throw refusal(
    'directory.transfer_differs',
    `"${table.name}" is not the same on both sides (${expected.rows} rows were read, ${digest.count} are there). Run the command again.`,
  );
}

/** Where a directory stands: every change writes one of these two logs. */
export async function position(side: Side): Promise<string> {
  const { rows } = await sql<{ audit: number; changes: number }>`select
    (select coalesce(max(seq), 0) from audit) as audit,
    (select coalesce(max(seq), 0) from change_log) as changes`.execute(side.db);
  return JSON.stringify(rows[0]);
}

/** PostgreSQL counts on from what its sequence says, not from the rows that were copied in. */
async function restartSequences(to: Side, tables: readonly TableShape[]): Promise<void> {
  for (const { name, columns } of tables) {
    for (const column of columns) {
      await sql`select setval(sequence, highest) from (
          select pg_get_serial_sequence(${name}, ${column.name}) as sequence,
            ${column.type === 'bigint' ? sql`(select max(${sql.ref(column.name)}) from ${sql.table(name)})` : sql`null::bigint`} as highest
        ) as counted where sequence is not null and highest is not null`.execute(to.db);
    }
  }
}

function refusal(detail: string, message: string): Failure {
  return new Failure('internal', { detail, cause: new Error(message) });
}
