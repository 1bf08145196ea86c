import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, type Log } from '../identity/index.ts';

/** How long a start waits for a database that is not there yet, and between two tries, milliseconds. */
const patience = 60_000;
const pause = 1_000;

/**
 * Opens what needs a database server, and waits for one that does not answer yet: after a power cut, machines come back
 * in any order, and nobody should have to start the gateway again. Says so at once, so that a wrong address is seen.
 *
 * @param ended aborted when the process is told to stop meanwhile
 * @throws Failure `store_unavailable` when the server did not come, or whatever else `open` rejects with
 */
export async function awaitStores<T>(
  open: () => Promise<T>,
  log: Log,
  ended: AbortSignal,
  longest = patience,
): Promise<T> {
  const until = performance.now() + longest;
  let told = false;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      const away = error instanceof Failure && error.code === 'store_unavailable';
      if (!away || ended.aborted || performance.now() > until) throw error;
      if (!told) log.warn({ err: error }, 'the directory cannot be opened yet; trying again for a minute');
      told = true;
      await sleep(Math.min(pause, longest), undefined, { signal: ended }).catch(() => undefined);
    }
  }
}
