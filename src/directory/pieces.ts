/** Rows that one statement changes at most: SQLite holds the event loop while it runs. */
export const atOnce = 500;

/** Does the work piece by piece, each of at most {@link atOnce} items, and lets other work of the process in between. */
export async function inPieces<T>(
  items: readonly T[],
  work: (some: readonly T[]) => Promise<unknown>,
): Promise<void> {
  for (let at = 0; at < items.length; at += atOnce) {
    if (at > 0) await turn();
    await work(items.slice(at, at + atOnce));
  }
}

/** Resolves in the next turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
