import { Cluster } from 'ioredis';
import type { RedisClient } from './names.ts';

/** Endings that are younger may not have reached a replica that is primary now, milliseconds. */
const young = 60_000;
const most = 20_000;
/** When they are carried out again after a connection was lost, milliseconds from when there was a new one. */
const after = [0, 1_000, 3_000, 10_000] as const;

/** The sessions that this process ended lately. */
export interface RecentEndings {
  add(digests: readonly string[]): void;
  stop(): void;
}

/**
 * Redis replicates after it has answered: a replica that takes a dead primary's place may not have heard of the last
 * endings, and those sessions would be alive again. So the process that ended them ends them once more when it
 * has come to know another server. What never was undone costs one look.
 *
 * @param again ends these, as if nobody had before; what it rejects with is tried once more
 */
export function createRecentEndings(
  client: RedisClient,
  again: (digests: readonly string[]) => Promise<void>,
): RecentEndings {
  /** When each was ended: a monotonic clock, oldest first. */
  const endings = new Map<string, number>();
  let timers: NodeJS.Timeout[] = [];

  function forget(): void {
    const oldest = performance.now() - young;
    for (const [digest, at] of endings) {
      if (at >= oldest && endings.size <= most) return;
      endings.delete(digest);
    }
  }

  function repeat(): void {
    forget();
    if (endings.size > 0) again([...endings.keys()]).catch(() => undefined);
  }

  function changed(): void {
    for (const timer of timers) clearTimeout(timer);
    forget();
    timers = endings.size === 0 ? [] : after.map((delay) => setTimeout(repeat, delay).unref());
  }

  client.on('ready', changed);
  // A cluster is there all the time; it loses and finds nodes.
  if (client instanceof Cluster) for (const event of ['-node', '+node']) client.on(event, changed);
  return {
    add(digests) {
      const at = performance.now();
      for (const digest of digests) {
        endings.delete(digest);
        endings.set(digest, at);
      }
      forget();
    },
    stop() {
      client.off('ready', changed);
      for (const event of ['-node', '+node']) client.off(event, changed);
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
