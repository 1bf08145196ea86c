import type { Log } from '../identity/index.ts';
import type { TransientStore } from '../sessions/index.ts';
import type { LoginFlows } from './types.ts';

/** What every provider is handed beside its own file. */
export interface ProviderContext {
  /** Public origin without a trailing slash; with the prefix, all URLs of ours are built from it. */
  readonly baseUrl: string;
  /** Path prefix of everything a browser meets, `/sso`. */
  readonly prefix: string;
  readonly flows: LoginFlows;
  /** The shared store of short-lived facts, for replay records. */
  readonly transient: Pick<TransientStore, 'addOnce' | 'put' | 'take'>;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** What reaches the network; the global `fetch` unless a test or a proxy puts another in its place. */
  readonly fetch: typeof globalThis.fetch;
}
