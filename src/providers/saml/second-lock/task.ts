import type { SeenAssertion, WantSigned } from '../types.ts';

/** What crosses the thread boundary: plain data, and no private key. */
export interface SecondLockTask {
  /** The same text that the first lock opened. */
  readonly xml: string;
  /** The decrypted Assertion: decryption is ours, so that the key stays on our side and the ciphers are ours to allow. */
  readonly plaintext: string | undefined;
  readonly certificates: readonly string[];
  readonly wantSigned: WantSigned;
  readonly idpEntityId: string;
  readonly spEntityId: string;
  readonly acsUrl: string;
  /** ID of our request; undefined when the login is unsolicited. */
  readonly requestId: string | undefined;
  readonly clockTolerance: number;
  readonly maxAssertionAge: number;
  readonly now: number;
}

export type SecondLockAnswer =
  | { readonly kind: 'opened'; readonly seen: SeenAssertion }
  | { readonly kind: 'refused'; readonly message: string };
