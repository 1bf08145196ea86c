import type Database from 'better-sqlite3';
import { attempt } from './attempt.ts';

interface Touch {
  readonly digest: string;
  readonly lastSeenAt: number;
  readonly idleExpiresAt: number;
}

/**
 * Touches that come in one turn of the event loop are written in one transaction, which does not wait for the disk: nobody
 * else would be served meanwhile. All that a power cut can take is that somebody was seen a minute ago; the next write of
 * anything else takes them to the disk with it. `write` says whether the session was alive.
 */
export function gatherTouches(
  db: Database.Database,
  write: (touch: Touch) => boolean,
): (touch: Touch) => Promise<boolean> {
  const writeAll = db.transaction((touches: readonly Touch[]) => touches.map(write));
  let gathered: Touch[] = [];
  let written: Promise<boolean[]> | undefined;

  async function writeGathered(): Promise<boolean[]> {
    await new Promise((resolve) => setImmediate(resolve));
    const touches = gathered;
    gathered = [];
    written = undefined;
    return attempt(() => {
      db.pragma('synchronous = NORMAL');
      try {
        return writeAll.immediate(touches);
      } finally {
        db.pragma('synchronous = FULL');
      }
    });
  }

  return async (touch) => {
    const position = gathered.push(touch) - 1;
    written ??= writeGathered();
    return (await written)[position] ?? false;
  };
}
