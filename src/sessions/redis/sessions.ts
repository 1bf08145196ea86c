import type { Log } from '../../identity/index.ts';
import { idpSessionKey } from '../digest.ts';
import { createInvalidations } from '../invalidation.ts';
import { storedReader } from '../stored.ts';
import type { SessionRecord, SessionStore, StoredSession } from '../types.ts';
import { ask } from './ask.ts';
import { createChangeChannel } from './channel.ts';
import { redisIndexes } from './indexes.ts';
import type { RedisClient } from './names.ts';
import { createRecentEndings } from './recent-endings.ts';
import { endSession, renewSession, run, touchSession, writeSession } from './scripts.ts';

/** Sessions asked for in one go. */
const batch = 200;
/** How long the tombstone of a session lasts whose expiry cannot be read, milliseconds. */
const unreadableTombstone = 86_400_000;

export interface RedisSessionsOptions {
  readonly prefix: string;
  readonly now: () => number;
  readonly log: Log;
  /** A further connection, for listening only. */
  readonly subscriber: () => RedisClient;
}

/** Sessions in Redis: one hash each. `close` ends the channel of changes; closing the connection is the caller's. */
export function redisSessions(
  client: RedisClient,
  { prefix, now, log, subscriber }: RedisSessionsOptions,
): SessionStore {
  const read = storedReader(log);
  const invalidations = createInvalidations(log);
  const channel = createChangeChannel({ client, subscriber, prefix, invalidations, log });
  const indexes = redisIndexes(client, prefix);
  const keyOf = (digest: string) => `${prefix}s:${digest}`;

  /** From the fields as the scripts order them: login, data, created, seen, idle, abs. */
  function fromFields(digest: string, fields: readonly unknown[]): StoredSession | undefined {
    const [login, data, created, seen, idle, abs] = fields;
    return read({
      digest,
      login: login === '' ? null : String(login),
      data: String(data),
      createdAt: time(created),
      lastSeenAt: time(seen),
      idleExpiresAt: time(idle),
      absoluteExpiresAt: time(abs),
    });
  }

  async function get(digest: string): Promise<StoredSession | undefined> {
    let fields: (string | null)[];
    try {
      fields = await client.hmget(keyOf(digest), 'login', 'data', 'created', 'seen', 'idle', 'abs', 'ended');
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('WRONGTYPE'))) throw error;
      fields = [];
    }
    const ended = fields[6] !== null && fields[6] !== undefined;
    const absent = fields.length > 0 && fields.every((field) => field === null);
    if (ended || absent) return undefined;
    const session = fromFields(digest, fields);
    const at = now();
    return session && session.record.idleExpiresAt > at && session.record.absoluteExpiresAt > at
      ? session
      : undefined;
  }

  /** The living ones among these, in their order. */
  async function living(digests: readonly string[]): Promise<SessionRecord[]> {
    const found: SessionRecord[] = [];
    for (let start = 0; start < digests.length; start += batch) {
      const sessions = await Promise.all(digests.slice(start, start + batch).map(get));
      found.push(...sessions.filter((session) => session !== undefined).map(({ record }) => record));
    }
    return found;
  }

  async function endOne(digest: string): Promise<SessionRecord | undefined> {
    const fields = await run(client, endSession, [keyOf(digest)], [now(), unreadableTombstone]);
    invalidations.tell(digest);
    return Array.isArray(fields) ? fromFields(digest, fields)?.record : undefined;
  }

  async function endEach(digests: readonly string[]): Promise<SessionRecord[]> {
    const ended: SessionRecord[] = [];
    for (let start = 0; start < digests.length; start += batch) {
      const records = await Promise.all(digests.slice(start, start + batch).map(endOne));
      ended.push(...records.filter((record) => record !== undefined));
    }
    return ended;
  }

  async function end(digests: readonly string[]): Promise<SessionRecord[]> {
    const ended = await endEach(digests);
    recent.add(digests);
    // Told even of those that were dead already: whoever ended them may have failed to tell.
    await channel.announce(digests);
    // A left-over index entry leads nowhere and is forgotten in time.
    if (ended.length > 0)
      indexes.forget(ended).catch(() => log.debug({}, 'index entries of ended sessions remain'));
    return ended;
  }

  const recent = createRecentEndings(client, async (digests) => {
    const revived = await endEach(digests);
    if (revived.length === 0) return;
    log.warn({ count: revived.length }, 'Redis had forgotten that sessions were ended; ended again');
    await channel.announce(revived.map(({ digest }) => digest));
    await indexes.forget(revived);
  });

  const newestFirst = (records: SessionRecord[]) => records.sort((a, b) => b.createdAt - a.createdAt);

  return {
    get: (digest) => ask(() => get(digest)),
    set: ({ record, data }, { fresh }) =>
      ask(async () => {
        const at = now();
        await indexes.prepare(record, at);
        const { digest, login, createdAt, lastSeenAt, idleExpiresAt, absoluteExpiresAt } = record;
        const written = await run(
          client,
          writeSession,
          [keyOf(digest)],
          [
            at,
            fresh ? 1 : 0,
            login === undefined ? '' : JSON.stringify(login),
            data,
            createdAt,
            lastSeenAt,
            idleExpiresAt,
            absoluteExpiresAt,
          ],
        );
        invalidations.tell(digest);
        if (written === 0) return false;
        if (written === 2) await channel.announce([digest]);
        if (fresh) await indexes.complete(record, at);
        return true;
      }),
    renew: (digest, before, login) =>
      ask(async () => {
        const args = [now(), before, JSON.stringify(login)];
        const written = await run(client, renewSession, [keyOf(digest)], args);
        invalidations.tell(digest);
        return written === 1;
      }),
    touch: (digest, lastSeenAt, idleExpiresAt) =>
      ask(
        async () =>
          (await run(client, touchSession, [keyOf(digest)], [now(), lastSeenAt, idleExpiresAt])) === 1,
      ),
    end: (digest) => ask(async () => (await end([digest]))[0]),
    endByUser: (userId) => ask(async () => end(await indexes.byUser(userId))),
    listByUser: (userId) => ask(async () => newestFirst(await living(await indexes.byUser(userId)))),
    list: ({ limit }) =>
      ask(async () => {
        const found: SessionRecord[] = [];
        for (let start = 0; found.length < limit; start += batch) {
          const digests = await indexes.newest(start, batch);
          found.push(...(await living(digests)));
          if (digests.length < batch) break;
        }
        return found.slice(0, limit);
      }),
    findByIdpSession: (issuer, id) =>
      ask(async () => newestFirst(await living(await indexes.byIdpSession(idpSessionKey(issuer, id))))),
    freshness: channel.freshness,
    close() {
      recent.stop();
      return channel.close();
    },
    ping: () => ask(async () => void (await client.ping())),
  };
}

function time(field: unknown): number {
  return typeof field === 'string' && field !== '' ? Number(field) : Number.NaN;
}
