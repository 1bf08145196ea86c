import type { Kysely, RawBuilder } from 'kysely';
import { CompiledQuery, sql } from 'kysely';
import type { Tables } from './schema.ts';

/** Stands for a value while the text of a statement is made. */
class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export type Values = Readonly<Record<string, unknown>>;
export type Value = (name: string) => RawBuilder<unknown>;

/**
 * A statement whose text is made once, from a builder that names its values; they are handed over with each call. For
 * statements of every request: making the text takes longer than SQLite needs to answer.
 */
export function compiled<Row>(
  build: (value: Value) => RawBuilder<unknown>,
): (db: Kysely<Tables>, values: Values) => Promise<readonly Row[]> {
  let known: { readonly text: string; readonly order: readonly string[] } | undefined;
  return async (db, values) => {
    known ??= textOf(db, build);
    const parameters = known.order.map((name) => values[name]);
    const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(known.text, parameters));
    return rows;
  };
}

function textOf(db: Kysely<Tables>, build: (value: Value) => RawBuilder<unknown>) {
  const query = build((name) => sql`${new Placeholder(name)}`).compile(db);
  const order = query.parameters.map((each) => {
    if (each instanceof Placeholder) return each.name;
    throw new Error('a value stands in the text of a statement that is made once');
  });
  return { text: query.sql, order };
}
