import { isAbsolute } from 'node:path';
import { Failure, type Log } from '../identity/index.ts';
import { openRedisStore } from './redis/store.ts';
import { openSqliteStore } from './sqlite/store.ts';
import type { SessionStore, TransientStore } from './types.ts';

export interface OpenOptions {
  readonly now: () => number;
  readonly log: Log;
  /** Prepended to every Redis key. */
  readonly redisPrefix: string;
}

/**
 * Opens the store of sessions and short-lived facts that `state.sessions` names: `sqlite:/absolute/path`, or one of
 * the `redis…://` addresses of redis/address.ts. Rejects with Failure('store_unavailable') when a SQLite file cannot be opened; a Redis that does not
 * answer is waited for in the background, and every method rejects until it is there.
 */
export async function openSessionStore(
  url: string,
  options: OpenOptions,
): Promise<SessionStore & { readonly transient: TransientStore }> {
  if (url.startsWith('sqlite:')) {
    const path = url.slice('sqlite:'.length);
    if (!isAbsolute(path)) throw new Failure('internal', { detail: 'sessions.path_not_absolute' });
    return openSqliteStore(path, options);
  }
  if (/^rediss?(\+sentinel|\+cluster)?:/.test(url))
    return openRedisStore(url, { now: options.now, log: options.log, prefix: options.redisPrefix });
  throw new Failure('internal', { detail: 'sessions.unknown_url' });
}
