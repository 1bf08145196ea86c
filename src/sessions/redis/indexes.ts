import { idpSessionKeys } from '../digest.ts';
import type { SessionRecord } from '../types.ts';
import type { RedisClient } from './names.ts';
import { addToAll, addToIndex, run } from './scripts.ts';

/**
 * How long entries outlive their session, milliseconds: machines' clocks differ, and an entry forgotten too early would
 * hide a living session from "end all of this user".
 */
const slack = 3_600_000;

/** Where sessions are found other than by their digest. An entry may be stale; a living session is never without its own. */
export interface Indexes {
  /** Before the session is written: user and IdP session. */
  prepare(record: SessionRecord, now: number): Promise<void>;
  /** After it was written: the list of all. */
  complete(record: SessionRecord, now: number): Promise<void>;
  byUser(userId: string): Promise<string[]>;
  byIdpSession(key: string): Promise<string[]>;
  /** Digests of all sessions, newest first, from `start` on. */
  newest(start: number, count: number): Promise<string[]>;
  /** Takes the entries of ended sessions out. */
  forget(records: readonly SessionRecord[]): Promise<void>;
}

/**
 * Each index is one sorted set, scored by when its entry may be forgotten. Different sets lie on different machines of a
 * cluster, so no step touches two of them; only the two orders of the list of all share a hash tag.
 */
export function redisIndexes(client: RedisClient, prefix: string): Indexes {
  const userKey = (userId: string) => `${prefix}u:${userId}`;
  const idpKey = (key: string) => `${prefix}i:${key}`;
  const all = [`${prefix}{all}:created`, `${prefix}{all}:expires`] as const;

  const keysOf = ({ login }: SessionRecord): string[] =>
    login === undefined ? [] : [userKey(login.userId), ...idpSessionKeys(login).map(idpKey)];

  return {
    async prepare(record, now) {
      const args = [now, record.digest, record.absoluteExpiresAt + slack];
      await Promise.all(keysOf(record).map((key) => run(client, addToIndex, [key], args)));
    },
    async complete(record, now) {
      await run(client, addToAll, all, [
        now,
        record.digest,
        record.createdAt,
        record.absoluteExpiresAt + slack,
      ]);
    },
    byUser: (userId) => client.zrange(userKey(userId), '0', '-1'),
    byIdpSession: (key) => client.zrange(idpKey(key), '0', '-1'),
    newest: (start, count) => client.zrevrange(all[0], start, start + count - 1),
    async forget(records) {
      await Promise.all(
        records.flatMap((record) =>
          [...keysOf(record), ...all].map((key) => client.zrem(key, record.digest)),
        ),
      );
    },
  };
}
