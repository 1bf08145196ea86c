import type { FailureCode } from '../../../identity/index.ts';
import type { Weak, WantSigned } from '../types.ts';
import type { Decryption } from './decrypt.ts';
import type { Unlocked } from './open.ts';

/** One document with all that the first lock needs to know of it. */
export interface FirstLockTask {
  /** Text that has passed the envelope's scan. */
  readonly xml: string;
  /** PEM; the only keys that count. */
  readonly certificates: readonly string[];
  readonly allowWeak: readonly Weak[];
  readonly wantSigned: WantSigned;
  readonly decryption: Decryption | undefined;
}

/** What comes back from a worker: an error that crosses threads would no longer be a Failure. */
export type FirstLockAnswer =
  | { readonly kind: 'opened'; readonly unlocked: Unlocked }
  | {
      readonly kind: 'refused';
      readonly code: FailureCode;
      readonly detail: string | undefined;
      readonly message: string | undefined;
    };
