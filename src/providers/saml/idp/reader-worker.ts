/** The worker's file: one large metadata document in, what was read of it out. Runs under plain Node, which strips the types. */
import { Failure, type FailureCode } from '../../../identity/index.ts';
import { parseIdpMetadata, type IdpMetadata, type WantedMetadata } from './metadata.ts';

export interface ReaderTask {
  readonly xml: string;
  readonly wanted: WantedMetadata;
}

/** What comes back: an error that crosses threads would no longer be a Failure. */
export type ReaderAnswer =
  | { readonly kind: 'read'; readonly metadata: IdpMetadata }
  | {
      readonly kind: 'refused';
      readonly code: FailureCode;
      readonly detail: string | undefined;
      readonly message: string | undefined;
    };

export default function read({ xml, wanted }: ReaderTask): ReaderAnswer {
  try {
    return { kind: 'read', metadata: parseIdpMetadata(xml, wanted) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code, detail, cause } = error;
    return { kind: 'refused', code, detail, message: cause instanceof Error ? cause.message : undefined };
  }
}
