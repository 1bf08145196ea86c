import { Failure } from '../../identity/index.ts';

/**
 * What every step throws when a document is not to be believed: the person sees one fixed sentence, the log and the
 * audit trail the label, such as `saml.signature.missing`. `cause` may hold the words of a library; it stays private.
 */
export function rejected(what: string, cause?: unknown): Failure {
  return new Failure('login_rejected', { detail: `saml.${what}`, cause });
}
