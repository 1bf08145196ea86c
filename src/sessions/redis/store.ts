import type { Log } from '../../identity/index.ts';
import type { SessionStore, TransientStore } from '../types.ts';
import { parseRedisAddress } from './address.ts';
import { connect, disconnect, subscriberOf } from './connect.ts';
import { redisSessions } from './sessions.ts';
import { redisTransient } from './transient.ts';

/**
 * Opens the store in Redis (6.2 or newer). Never rejects: while Redis does not answer, every method rejects with
 * Failure('store_unavailable').
 */
export async function openRedisStore(
  url: string,
  { now, log, prefix }: { now: () => number; log: Log; prefix: string },
): Promise<SessionStore & { readonly transient: TransientStore }> {
  const client = await connect(parseRedisAddress(url), log, now);
  const sessions = redisSessions(client, { prefix, now, log, subscriber: () => subscriberOf(client) });
  return {
    ...sessions,
    transient: redisTransient(client, prefix, now),
    async close() {
      await sessions.close();
      await disconnect(client);
    },
  };
}
