/** What a server of the benchmark says to its parent. */
export type ChildMessage =
  | { readonly kind: 'listening'; readonly port: number; readonly cookies: readonly string[] }
  /** CPU time used so far, microseconds. */
  | { readonly kind: 'cpu'; readonly used: number };

/** Tells the parent that the server listens; answers its questions; ends with it. */
export function reportTo(parent: NodeJS.Process, port: number, cookies: readonly string[]): void {
  const say = (message: ChildMessage): void => void parent.send?.(message);
  parent.on('message', () => {
    const { user, system } = parent.cpuUsage();
    say({ kind: 'cpu', used: user + system });
  });
  parent.once('disconnect', () => parent.exit());
  say({ kind: 'listening', port, cookies });
}
