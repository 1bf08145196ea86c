import { type Log, toFailure } from '../../identity/index.ts';

export interface WaitingOptions {
  /** Looks at one session; gives when to look at it again, milliseconds since the epoch. */
  readonly work: (digest: string) => Promise<number>;
  readonly now: () => number;
  readonly log: Log;
}

/** Sessions that are in use, and when each is to be looked at. */
export interface Waiting {
  noticed(digest: string): void;
  close(): Promise<void>;
}

/** How many are looked at at once, of how many it is remembered when they are due, and when to try again after trouble. */
const [atOnce, remembered, afterTrouble] = [4, 100_000, 60_000];

/** Looks at each session when it is due and somebody notices it; a few at once, never twice at once. */
export function createWaiting({ work, now, log }: WaitingOptions): Waiting {
  const next = new Map<string, number>();
  const queue = new Set<string>();
  const busy = new Map<string, Promise<void>>();
  let closed = false;

  function begin(): void {
    for (const digest of queue) {
      if (busy.size >= atOnce) return;
      queue.delete(digest);
      const done = look(digest).finally(() => {
        busy.delete(digest);
        begin();
      });
      busy.set(digest, done);
    }
  }

  async function look(digest: string): Promise<void> {
    let again = now() + afterTrouble;
    try {
      again = await work(digest);
    } catch (error) {
      const { code, detail } = toFailure(error);
      log.warn({ code, detail, err: error }, 'a session could not be re-checked; tried again later');
    }
    next.delete(digest);
    next.set(digest, again);
    const oldest = next.size > remembered ? next.keys().next() : undefined;
    if (oldest?.value !== undefined) next.delete(oldest.value);
  }

  return {
    noticed(digest) {
      if (closed || queue.has(digest) || busy.has(digest) || now() < (next.get(digest) ?? 0)) return;
      queue.add(digest);
      setImmediate(begin);
    },
    async close() {
      closed = true;
      queue.clear();
      await Promise.all(busy.values());
    },
  };
}
