import { Failure } from '../../identity/index.ts';

/** Not to be believed: the person sees one fixed sentence, log and audit the label, such as `oidc.aud`. */
export function rejected(what: string, cause?: unknown): Failure {
  return new Failure('login_rejected', { detail: `oidc.${what}`, cause });
}

/** The identity provider cannot be reached, or says that it is not well. */
export function unavailable(what: string, cause?: unknown): Failure {
  return new Failure('idp_unavailable', { detail: `oidc.${what}`, cause });
}
