import type { FailureCode } from '../../../identity/index.ts';
import type { SeenAssertion, SeenResponse, Weak, WantSigned } from '../types.ts';
import type { Decryption } from './decrypt.ts';

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

/** What the first lock found: an assertion that is covered by a signature, or none where the IdP reports an error. */
export interface Unlocked {
  readonly response: SeenResponse;
  readonly assertion: SeenAssertion | undefined;
  /** The decrypted Assertion, where it came encrypted. */
  readonly plaintext: string | undefined;
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
