import type { UserView } from './user-cache.ts';

/** One assertion as it is kept with its session. */
export interface KeptAssertion {
  readonly token: string;
  readonly audience: string;
  readonly keyId: string;
  /** Made of this; a change of the user makes another view. */
  readonly view: UserView;
  /** From then on a new one is made between requests; from `useUntil` on, before the next answer. Milliseconds. */
  renewFrom: number;
  readonly useUntil: number;
  /** That of another application in the same session. */
  next: KeptAssertion | undefined;
}
