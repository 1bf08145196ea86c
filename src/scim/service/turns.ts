/** Resolves in the next turn of the event loop: long work lets other requests in between. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
