import { ScimError } from '../error.ts';
import { turn } from './turns.ts';

/** Resources read by one statement of a scan. */
const piece = 200;
/** Text of resources that is looked at before other requests get their turn, characters. */
const textAtOnce = 200_000;
/** A provider with more resources than this gets no filter answered that no index helps with. */
const longest = 500_000;
/** Scans at the same time, in this process; the others wait for their turn. */
const concurrent = 2;

interface Scanned {
  readonly id: string;
  readonly resource: string;
}

/**
 * Goes through resources in the order of their ids, a page at a time by key, and hands each to `look`. Bounded: few at
 * once, in pieces, with turns for everybody else in between.
 */
export function createScanner() {
  let running = 0;
  const waiting: (() => void)[] = [];

  async function scan<T extends Scanned>(
    read: (page: { after: string | undefined; limit: number }) => Promise<readonly T[]>,
    look: (record: T) => Promise<void> | void,
  ): Promise<void> {
    let [after, seen, text]: [string | undefined, number, number] = [undefined, 0, 0];
    for (;;) {
      const page: readonly T[] = await read({ after, limit: piece });
      for (const record of page) {
        const looked = look(record);
        if (looked) await looked;
        text += record.resource.length + 500;
        if (text < textAtOnce) continue;
        text = 0;
        await turn();
      }
      seen += page.length;
      if (page.length < piece) return;
      if (seen >= longest)
        throw new ScimError(400, 'Too many resources to look through; filter by a name or an id.', 'tooMany');
      after = page.at(-1)?.id;
    }
  }

  return async <T extends Scanned>(
    read: (page: { after: string | undefined; limit: number }) => Promise<readonly T[]>,
    look: (record: T) => Promise<void> | void,
  ): Promise<void> => {
    if (running >= concurrent) await new Promise<void>((resolve) => waiting.push(resolve));
    running += 1;
    try {
      await scan(read, look);
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
}

export type Scanner = ReturnType<typeof createScanner>;
