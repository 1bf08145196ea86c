import type { Log } from '../identity/index.ts';

/** Who is told that a cached session is no longer true. */
export interface Invalidations {
  listen(listener: (digest: string | undefined) => void): void;
  /** Tells every listener: this session changed, or (undefined) any of them may have. */
  tell(digest: string | undefined): void;
}

/** A list of listeners. One that throws is logged and does not keep the others from being told. */
export function createInvalidations(log: Log): Invalidations {
  const listeners: ((digest: string | undefined) => void)[] = [];
  return {
    listen: (listener) => void listeners.push(listener),
    tell(digest) {
      for (const listener of listeners) {
        try {
          listener(digest);
        } catch (error) {
          log.error({ err: error }, 'a listener to session changes failed');
        }
      }
    },
  };
}
