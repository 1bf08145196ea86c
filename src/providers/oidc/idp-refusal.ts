import { AuthorizationResponseError, ResponseBodyError } from 'openid-client';
import { Failure } from '../../identity/index.ts';
import { rejected, unavailable } from './rejected.ts';

/** Codes by which identity providers say that the account is switched off, in `error` or within `error_description`. */
const deactivatedCodes: readonly string[] = [
  // Entra ID: the user account is disabled; the guest's account is disabled.
  'AADSTS50057',
  'AADSTS500571',
  // Keycloak; Amazon Cognito and others built like it.
  'user_disabled',
  'account_disabled',
  'account_deactivated',
];

/** Errors that are about the provider, not about the person (RFC 6749, section 4.1.2.1). */
const troubles: ReadonlySet<string> = new Set(['server_error', 'temporarily_unavailable']);

/** What the identity provider refused, and in which word of its own. */
export interface IdpRefusal {
  readonly reason: 'idp_denied' | 'idp_deactivated';
  readonly idpMessage: string;
}

/**
 * An OAuth error as the refusal it is: any error of the authorization response, and at the token endpoint only a
 * switched-off account. Undefined when it is none.
 *
 * @throws Failure `idp_unavailable` when the provider says that it is in trouble
 */
export function readRefusal(error: unknown): IdpRefusal | undefined {
  const answered = error instanceof AuthorizationResponseError;
  if (!answered && !(error instanceof ResponseBodyError)) return undefined;
  const idpMessage = errorCode(error.error);
  if (troubles.has(error.error)) throw unavailable(`error_${idpMessage}`);
  if (isDeactivated(error.error, error.error_description)) return { reason: 'idp_deactivated', idpMessage };
  return answered ? { reason: 'idp_denied', idpMessage } : undefined;
}

/** The failure for an error body of the token or PAR endpoint. */
export function errorBodyFailure(error: ResponseBodyError): Failure {
  return rejected(`error_${errorCode(error.error)}`);
}

function isDeactivated(code: string, description: unknown): boolean {
  const words = `${code} ${typeof description === 'string' ? description.slice(0, 2_000) : ''}`.split(
    /[^A-Za-z0-9_]+/,
  );
  return deactivatedCodes.some((known) => words.includes(known));
}

/** An OAuth error code as it may stand in logs: 64 characters of the alphabet that such codes are made of. */
function errorCode(code: string): string {
  return /^[A-Za-z0-9_.:-]{1,64}$/.test(code) ? code : 'malformed';
}
