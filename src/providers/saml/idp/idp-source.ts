import type { Log } from '../../../identity/index.ts';
import type { Fetch } from './download.ts';
import type { MetadataKeep } from './keep.ts';
import type { IdpMetadata } from './metadata.ts';

/** What is known of the identity provider. */
export interface IdpSource {
  /** @throws Failure `idp_unavailable` when nothing usable is known and nothing can be had */
  current(): Promise<IdpMetadata>;
  /** Fetches anew, if the last attempt is a minute old; for a signature by a key that is not known yet. True: it changed. */
  renew(): Promise<boolean>;
  /** What is known at this moment, usable or past its time; never waits. */
  known(): IdpMetadata | undefined;
  health(): { readonly state: 'unknown' | 'up' | 'down'; readonly since: number | undefined };
  /** Begins to keep it fresh in the background. Without it, it is fetched when it is needed. */
  start(): void;
  /** Ends that. Resolves when what was to be kept is kept. */
  close(): Promise<void>;
}

export interface IdpSourceOptions {
  readonly provider: string;
  readonly now: () => number;
  readonly log: Log;
  readonly fetch: Fetch;
  /** Where the last good metadata outlive a restart; without it they do not. */
  readonly keep?: MetadataKeep | undefined;
  /** From 0 to 1. */
  readonly random?: () => number;
  /** Calls back after so many milliseconds; answers what cancels that. */
  readonly schedule?: (work: () => void, delay: number) => () => void;
}
