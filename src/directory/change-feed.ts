/** How the caches of snapshots in this process learn of changes made here and elsewhere. */
export interface ChangeFeed {
  /** May cached snapshots be used for the request being handled now? Calls the listeners first, synchronously. */
  check(): 'trusted' | 'ask';
  onInvalidated(listener: (userId: string | undefined) => void): void;
  /** This process has just committed a change of these users. */
  committed(userIds: readonly string[]): void;
  /** Resolves once no process answers from what was true before everything committed until now. Never rejects. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** The listeners, and nothing that asks the database: every feed has them. */
export function createListeners(): {
  add(listener: (userId: string | undefined) => void): void;
  tell(userId: string | undefined): void;
} {
  const listeners: ((userId: string | undefined) => void)[] = [];
  return {
    add: (listener) => void listeners.push(listener),
    tell(userId) {
      for (const listener of listeners) listener(userId);
    },
  };
}
