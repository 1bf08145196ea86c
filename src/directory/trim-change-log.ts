import { sql } from 'kysely';
import type { Log } from '../identity/index.ts';
import type { Database } from './database.ts';

/** A process that missed more changes than this forgets every snapshot, so that older rows serve nobody. */
const kept = 10_000;
/** How often old rows are removed, milliseconds. */
const interval = 10 * 60_000;

/** Keeps the change log short, in the background and apart from every login. */
export function trimChangeLog(database: Database, log: Log): { stop(): void } {
  async function trim(): Promise<void> {
    try {
      await database.write(async ({ db }) => {
        await sql`delete from change_log where seq <= (select max(seq) from change_log) - ${kept}`.execute(
          db,
        );
        return {};
      });
    } catch (error) {
      log.warn({ error: String(error) }, 'The change log could not be shortened; it is tried again later.');
    }
  }
  const timer = setInterval(() => void trim(), interval);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
