import type { ChangeFeed } from './change-feed.ts';
import type { Database } from './database.ts';
import type { LoginStore } from './types.ts';

/**
 * A database whose writes are acknowledged only once no process answers from what was true before. Also a write that
 * found nothing to change: whoever made the change before may have died before everybody had heard of it.
 */
export function settlingDatabase(database: Database, feed: ChangeFeed): Database {
  return {
    ...database,
    async tryWrite(work, ...rest) {
      const result = await database.tryWrite(work, ...rest);
      if (result !== undefined) await feed.settled();
      return result;
    },
    async write(work, ...rest) {
      const result = await database.write(work, ...rest);
      await feed.settled();
      return result;
    },
  };
}

/** A login waits only if it changed a user that somebody may remember: not for a new one, nor to note its time. */
export function settlingLogins(
  commitLogin: LoginStore['commitLogin'],
  feed: ChangeFeed,
): LoginStore['commitLogin'] {
  return async (plan, audit) => {
    const result = await commitLogin(plan, audit);
    if (result.kind === 'committed' && plan.kind === 'sync' && plan.changesUser) await feed.settled();
    return result;
  };
}
