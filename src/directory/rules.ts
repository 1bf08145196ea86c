import { sql } from 'kysely';
import type { Database } from './database.ts';
import type { KeptRules, RulesStore } from './rules-types.ts';
import { cleanText } from './text.ts';

/** Earlier rules that are kept beside those in force. */
const kept = 20;

/** The rules that gateways of this directory went by, newest last, and which ones an administrator accepted. */
export function createRules(database: Database): RulesStore {
  return {
    async rulesInForce() {
      const { rows } = await database.read((db) =>
        sql<{
          version: string;
          since: number;
          rules: string;
        }>`select version, since, rules from rules_in_force
          order by since desc, version limit 1`.execute(db),
      );
      return rows[0] && { ...rows[0], rules: JSON.parse(rows[0].rules) as KeptRules['rules'] };
    },

    async putRules({ version, since, rules }) {
      const text = cleanText(JSON.stringify(rules));
      await database.write(async ({ db }) => {
        await sql`insert into rules_in_force (version, since, rules) values (${version}, ${since}, ${text})
          on conflict (version) do update set since = excluded.since, rules = excluded.rules`.execute(db);
        await sql`delete from rules_in_force where version not in (
          select version from rules_in_force order by since desc, version limit ${kept})`.execute(db);
        return {};
      });
    },

    async acceptRules(version, at, audit) {
      await database.write(async ({ db, finish }) => {
        const { rows } =
          await sql`insert into accepted_rules (version, at) values (${cleanText(version)}, ${at})
          on conflict (version) do nothing returning version`.execute(db);
        await finish([], [], rows.length === 0 ? [] : (audit?.() ?? []));
        return {};
      });
    },

    async areAccepted(version) {
      const { rows } = await database.read((db) =>
        sql`select version from accepted_rules where version = ${cleanText(version)}`.execute(db),
      );
      return rows.length > 0;
    },
  };
}
