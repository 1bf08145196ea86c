import type { Kysely, Transaction } from 'kysely';
import { sql } from 'kysely';
import { Failure } from '../identity/index.ts';
import { columnTypes, migrations } from './migrations/index.ts';
import type { Tables } from './schema.ts';

/**
 * Brings the tables forward inside one transaction, which must already hold a lock that keeps other processes out.
 * Returns the names of the steps that were missing, in order.
 *
 * @throws Failure `internal` (`directory.newer`) when a later version has taken something away that this version needs.
 */
export async function applyMigrations(
  transaction: Transaction<Tables>,
  kind: 'sqlite' | 'postgres',
  now: number,
): Promise<string[]> {
  const types = columnTypes[kind];
  await sql`create table if not exists migrations (
    name ${types.text} primary key,
    applied_at ${types.integer} not null
  ) ${types.strict}`.execute(transaction);
  const applied = await appliedMigrations(transaction);
  refuseNewer(applied);
  const missing = migrations.filter(({ name }) => !applied.has(name));
  for (const migration of missing) {
    for (const statement of migration.statements(types)) await statement.execute(transaction);
    await transaction.insertInto('migrations').values({ name: migration.name, applied_at: now }).execute();
  }
  return missing.map(({ name }) => name);
}

async function appliedMigrations(db: Kysely<Tables>): Promise<Set<string>> {
  const rows = await db.selectFrom('migrations').select('name').execute();
  return new Set(rows.map(({ name }) => name));
}

/** Steps that take something away say so in their names: `0042-contract-old-column`. */
const contracts = /^\d+-contract-/;

/**
 * A later version's steps only add (see migrations/index.ts), so this version may run beside it and start again after it;
 * until one of them contracts.
 */
function refuseNewer(applied: ReadonlySet<string>): void {
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = [...applied].filter((name) => !known.has(name) && contracts.test(name)).sort();
  if (unknown.length === 0) return;
  const cause = new Error(
    `The directory was written by a newer version of Doorward (it has ${unknown.join(', ')}): start that version, or a newer one.`,
  );
  throw new Failure('internal', { detail: 'directory.newer', cause });
}
