import { sql } from 'kysely';
import type { Database } from './database.ts';

/** A gateway that runs, and what it runs with. */
export interface GatewayProcess {
  /** Random, new with each start. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Version of the program. */
  readonly program: string;
  readonly configVersion: string;
  /** Milliseconds since the epoch, by its own clock. */
  readonly startedAt: number;
}

/** Which gateways run on this directory. */
export interface Roster {
  /** Notes that this one runs, and forgets those that have not been seen for long. */
  seen(process: GatewayProcess): Promise<void>;
  /** It was stopped. */
  gone(id: string): Promise<void>;
  /** Those seen within so many milliseconds, by host and process id. `age`: since when they were last seen. */
  list(within: number): Promise<readonly (GatewayProcess & { readonly age: number })[]>;
}

/** What was not seen for so long is forgotten, milliseconds. */
const forgotten = 24 * 3_600_000;

interface Row {
  id: string;
  host: string;
  pid: number;
  program: string;
  config_version: string;
  started_at: number;
  age: number;
}

/** The list of gateways. Its times are the database's: clocks of machines differ, and one that is off must not hide a process. */
export function createRoster(database: Database): Roster {
  const now =
    database.dialect.kind === 'sqlite'
      ? sql<number>`cast(unixepoch('subsec') * 1000 as integer)`
      : sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`;
  return {
    async seen({ id, host, pid, program, configVersion, startedAt }) {
      await database.alter((db) =>
        sql`insert into gateways (id, host, pid, program, config_version, started_at, seen_at)
          values (${id}, ${host}, ${pid}, ${program}, ${configVersion}, ${startedAt}, ${now})
          on conflict (id) do update set config_version = excluded.config_version, seen_at = excluded.seen_at`.execute(
          db,
        ),
      );
      await database.alter((db) =>
        sql`delete from gateways where seen_at < ${now} - ${forgotten}`.execute(db),
      );
    },
    async gone(id) {
      await database.alter((db) => sql`delete from gateways where id = ${id}`.execute(db));
    },
    async list(within) {
      const { rows } = await database.read((db) =>
        sql<Row>`select id, host, pid, program, config_version, started_at, ${now} - seen_at as age from gateways
          where seen_at > ${now} - ${within} order by host, pid, id`.execute(db),
      );
      return rows.map(({ config_version, started_at, ...row }) => ({
        ...row,
        configVersion: config_version,
        startedAt: started_at,
      }));
    },
  };
}
