import type BetterSqlite3 from 'better-sqlite3';
import type { ChangeFeed } from './change-feed.ts';
import { createListeners } from './change-feed.ts';

/** More changes than this since the last look: forget every snapshot instead of going through them. */
const mostChanges = 1_000;

/**
 * Sees every commit to the file, whichever process made it, on the next call: `PRAGMA data_version` costs microseconds,
 * and only when it moved is the change log read. It has a connection of its own (`watcher`), which is never inside a
 * transaction and so sees nothing that may still be rolled back. Asks once per turn of the event loop.
 */
export function createSqliteFeed(watcher: BetterSqlite3.Database): ChangeFeed {
  const listeners = createListeners();
  const version = watcher.prepare<[], number>('pragma data_version').pluck();
  const newest = watcher.prepare<[], number>('select coalesce(max(seq), 0) from change_log').pluck();
  const since = watcher.prepare<[number, number], { seq: number; user_id: string }>(
    'select seq, user_id from change_log where seq > ? order by seq limit ?',
  );
  let seenVersion = version.get();
  let seen = newest.get() ?? 0;
  let isChecked = false;

  function catchUp(): void {
    const last = newest.get() ?? 0;
    const rows = since.all(seen, mostChanges + 1);
    const isComplete =
      last >= seen && rows.length <= mostChanges && rows.every((row, index) => row.seq === seen + 1 + index);
    if (isComplete) for (const row of rows) listeners.tell(row.user_id);
    else listeners.tell(undefined);
    seen = rows.at(-1)?.seq ?? last;
    if (!isComplete) seen = last;
  }

  return {
    check() {
      if (isChecked) return 'trusted';
      try {
        const current = version.get();
        if (current !== seenVersion) {
          catchUp();
          seenVersion = current;
        }
      } catch {
        // The file cannot be read just now. Whether anything changed is unknown, so the store itself has to be asked.
        return 'ask';
      }
      isChecked = true;
      setImmediate(() => {
        isChecked = false;
      });
      return 'trusted';
    },
    onInvalidated: (listener) => listeners.add(listener),
    committed(userIds) {
      for (const id of userIds) listeners.tell(id);
    },
    // Every process sees a commit on its next look, and looks before each answer.
    settled: async () => {},
    close: async () => {},
  };
}
