import { sql } from 'kysely';
import type { Database } from './database.ts';
import type { OwnKey, OwnKeyStore } from './own-key-types.ts';

/** The gateway's own key pairs. A key is written once; afterwards only its times and its seal may change. */
export function createOwnKeys<U extends string>(database: Database): OwnKeyStore<U> {
  return {
    async readKeys() {
      const { rows } = await database.read((db) =>
        sql<OwnKey & { use: U }>`select purpose as use, generation, id, public_part as "publicPart", sealed,
          created_at as "createdAt", signs_from as "signsFrom", overlap
          from own_keys order by purpose, generation`.execute(db),
      );
      return rows;
    },

    async addKey(key, audit) {
      const { added } = await database.write(async ({ db, finish }) => {
        const { rows } = await sql`insert into own_keys
          (purpose, generation, id, public_part, sealed, created_at, signs_from, overlap)
          values (${key.use}, ${key.generation}, ${key.id}, ${key.publicPart}, ${key.sealed}, ${key.createdAt},
            ${key.signsFrom}, ${key.overlap})
          on conflict (purpose, generation) do nothing returning id`.execute(db);
        if (rows.length === 1) await finish([], [], audit());
        return { added: rows.length === 1 };
      });
      return added;
    },

    async hastenKey(key, audit) {
      await database.write(async ({ finish }) => {
        await finish(
          [
            sql`update own_keys set signs_from = ${key.signsFrom}, overlap = ${key.overlap}
              where purpose = ${key.use} and generation = ${key.generation}`,
          ],
          [],
          audit(),
        );
        return {};
      });
    },

    async resealKey({ use, generation, sealed }) {
      await database.write(async ({ db }) => {
        await sql`update own_keys set sealed = ${sealed}
          where purpose = ${use} and generation = ${generation}`.execute(db);
        return {};
      });
    },

    async forgetKeys(use, before) {
      await database.write(async ({ db }) => {
        await sql`delete from own_keys where purpose = ${use} and generation < ${before}`.execute(db);
        return {};
      });
    },
  };
}
