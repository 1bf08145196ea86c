import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Tables } from './schema.ts';

/** A process that may answer from memory, and the number of its latest heartbeat. */
export interface Reader {
  readonly id: string;
  readonly beat: number;
}

/** All of them but this one. */
export async function readProcesses(db: Kysely<Tables>, self: string): Promise<readonly Reader[]> {
  return db.selectFrom('processes').select(['id', 'beat']).where('id', '!=', self).execute();
}

/** Takes those out that have not beaten since they were read; one that lives after all registers with its next beat. */
export async function strikeOff(db: Kysely<Tables>, readers: readonly Reader[]): Promise<void> {
  for (const { id, beat } of readers)
    await sql`delete from processes where id = ${id} and beat = ${beat}`.execute(db);
}
