import { randomUUID } from 'node:crypto';
import type Database from 'better-sqlite3';
import type { Log } from '../../identity/index.ts';
import { idpSessionKey, idpSessionKeys } from '../digest.ts';
import { createInvalidations } from '../invalidation.ts';
import { storedReader, type StoredFields } from '../stored.ts';
import type { SessionLogin, SessionRecord, SessionStore, StoredSession } from '../types.ts';
import { attempt } from './attempt.ts';
import { sqliteFreshness } from './freshness.ts';
import { prepareStatements } from './statements.ts';
import { gatherTouches } from './touches.ts';

/** Sessions in SQLite. Closing the database is the caller's. */
export function sqliteSessions(
  db: Database.Database,
  { now, log }: { now: () => number; log: Log },
): Omit<SessionStore, 'close'> {
  const sql = prepareStatements(db);
  const read = storedReader(log);
  const invalidations = createInvalidations(log);
  const writer = randomUUID();

  const write = db.transaction((session: StoredSession, fresh: boolean): boolean => {
    const { record, data } = session;
    const { digest, login } = record;
    const parameters = {
      digest,
      userId: login?.userId ?? null,
      login: login === undefined ? null : JSON.stringify(login),
      data,
      createdAt: record.createdAt,
      lastSeenAt: record.lastSeenAt,
      idleExpiresAt: record.idleExpiresAt,
      absoluteExpiresAt: record.absoluteExpiresAt,
      now: now(),
    };
    if ((fresh ? sql.insert : sql.update).run(parameters).changes === 0) return false;
    sql.forgetIdp.run({ digest });
    for (const key of idpSessionKeys(login)) sql.indexIdp.run({ key, digest });
    sql.announce.run({ digest, writer });
    return true;
  });

  const renew = db.transaction((digest: string, before: string, login: SessionLogin): boolean => {
    const written = sql.renew.run({ digest, before, login: JSON.stringify(login), now: now() });
    if (written.changes === 0) return false;
    sql.announce.run({ digest, writer });
    return true;
  });

  const endAll = db.transaction((find: () => readonly string[]): SessionRecord[] => {
    const at = now();
    const alive: (SessionRecord | undefined)[] = [];
    for (const digest of find()) {
      const fields = sql.get.get({ digest, now: at });
      if (sql.bury.run({ digest, now: at }).changes === 0) continue;
      sql.forgetIdp.run({ digest });
      sql.announce.run({ digest, writer });
      if (fields !== undefined) alive.push(read(fields)?.record);
    }
    return alive.filter((record) => record !== undefined);
  });

  const touch = gatherTouches(db, (each) => sql.touch.run({ ...each, now: now() }).changes === 1);

  async function end(find: () => readonly string[]): Promise<SessionRecord[]> {
    const digests: string[] = [];
    const ended = await attempt(() =>
      endAll.immediate(() => {
        digests.push(...find());
        return digests;
      }),
    );
    digests.forEach((digest) => invalidations.tell(digest));
    return ended;
  }

  const records = (rows: readonly StoredFields[]): SessionRecord[] =>
    rows.map((row) => read(row)?.record).filter((record) => record !== undefined);

  return {
    get: (digest) =>
      attempt(() => {
        const fields = sql.get.get({ digest, now: now() });
        return fields && read(fields);
      }),
    async set(session, { fresh }) {
      const written = await attempt(() => write.immediate(session, fresh));
      invalidations.tell(session.record.digest);
      return written;
    },
    async renew(digest, before, login) {
      const written = await attempt(() => renew.immediate(digest, before, login));
      invalidations.tell(digest);
      return written;
    },
    touch: (digest, lastSeenAt, idleExpiresAt) => touch({ digest, lastSeenAt, idleExpiresAt }),
    end: async (digest) => (await end(() => [digest]))[0],
    endByUser: (userId) => end(() => sql.digestsByUser.all({ userId })),
    listByUser: (userId) => attempt(() => records(sql.byUser.all({ userId, now: now() }))),
    list: ({ limit }) => attempt(() => records(sql.newest.all({ limit, now: now() }))),
    findByIdpSession: (issuer, id) =>
      attempt(() => records(sql.byIdpSession.all({ key: idpSessionKey(issuer, id), now: now() }))),
    freshness: sqliteFreshness(db, { writer, invalidations, log }),
    ping: () => attempt(() => void sql.ping.get()),
  };
}
