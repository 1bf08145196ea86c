import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';

/** One step forward. A step that was ever released is never edited: a further one follows it. */
export interface Migration {
  /** Number and subject; the number gives the order. */
  readonly name: string;
  statements(types: ColumnTypes): readonly RawBuilder<unknown>[];
}

/** How each database calls the column types of the directory. */
export interface ColumnTypes {
  readonly kind: 'sqlite' | 'postgres';
  /** Text compared and ordered byte for byte, whatever the database's locale. */
  readonly text: RawBuilder<unknown>;
  /** A 64-bit integer. */
  readonly integer: RawBuilder<unknown>;
  /** Primary key that the database counts up and never hands out twice. */
  readonly sequence: RawBuilder<unknown>;
  readonly strict: RawBuilder<unknown>;
  /** For tables that are only ever reached by their primary key. */
  readonly withoutRowid: RawBuilder<unknown>;
}

export const columnTypes: Readonly<Record<'sqlite' | 'postgres', ColumnTypes>> = {
  sqlite: {
    kind: 'sqlite',
    text: sql`text`,
    integer: sql`integer`,
    sequence: sql`integer primary key autoincrement`,
    strict: sql`strict`,
    withoutRowid: sql`strict, without rowid`,
  },
  postgres: {
    kind: 'postgres',
    text: sql`text collate "C"`,
    integer: sql`bigint`,
    sequence: sql`bigint generated always as identity primary key`,
    strict: sql``,
    withoutRowid: sql``,
  },
};
