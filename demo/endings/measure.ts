import { setTimeout as sleep } from 'node:timers/promises';

/** What came of one ending. Times in milliseconds. */
export interface Measured {
  /** From the order to its acknowledgement. */
  readonly acknowledged: number;
  /** From the acknowledgement to the refusal of the next request that was sent. */
  readonly refused: number;
  /** Requests sent before the acknowledgement that were let in; and after it, which must be none. */
  readonly before: number;
  readonly after: number;
}

const browsers = 4;
const patience = 3_000;

/**
 * Sends requests all the time, from four places, gives the order to end, and sees what becomes of the requests.
 *
 * @param ask one request; true when it was let in
 * @param end resolves when the ending is acknowledged
 * @throws Error when nobody was in before, or somebody was still in three seconds after
 */
export async function measureEnding(
  ask: () => Promise<boolean>,
  end: () => Promise<unknown>,
): Promise<Measured> {
  const answers: { readonly sent: number; readonly came: number; readonly isIn: boolean }[] = [];
  const over = new AbortController();
  const use = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const sent = performance.now();
      const isIn = await ask();
      answers.push({ sent, came: performance.now(), isIn });
    }
  };
  const users = Promise.all(Array.from({ length: browsers }, use));
  try {
    await sleep(150);
    if (!answers.some(({ isIn }) => isIn)) throw new Error('The stand-in could not get in to begin with.');
    const ordered = performance.now();
    await end();
    const acknowledged = performance.now();
    const isRefused = () => answers.find(({ sent, isIn }) => sent > acknowledged && !isIn);
    while (isRefused() === undefined && performance.now() < acknowledged + patience) await sleep(1);
    // A while longer: somebody might come back.
    await sleep(150);
    const next = isRefused();
    if (next === undefined) throw new Error('Three seconds later the stand-in was still let in.');
    const letIn = answers.filter(({ isIn }) => isIn);
    const after = letIn.filter(({ sent }) => sent > acknowledged).length;
    return {
      acknowledged: acknowledged - ordered,
      refused: next.came - acknowledged,
      before: letIn.length - after,
      after,
    };
  } finally {
    over.abort();
    await users.catch(() => undefined);
  }
}
