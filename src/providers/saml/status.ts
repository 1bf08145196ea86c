import type { SeenStatus } from './types.ts';

/** Codes and words by which identity providers say that the account is switched off there. Data: add a line. */
const deactivated: readonly RegExp[] = [
  /\baccount (is |has been )?(disabled|deactivated|suspended|locked|inactive)\b/i,
  /\buser (account )?(is |has been )?(disabled|deactivated|suspended|inactive)\b/i,
  /\bAADSTS50057\b/,
];

/**
 * What a response that is not a success means. Words count only where a signature covers them; anything else is just
 * "the identity provider said no".
 */
export function denial(
  status: SeenStatus,
  signed: boolean,
): { readonly reason: 'idp_denied' | 'idp_deactivated'; readonly idpMessage: string } {
  const said = `${status.subCode ?? ''} ${status.message ?? ''}`;
  const off = signed && deactivated.some((pattern) => pattern.test(said));
  return {
    reason: off ? 'idp_deactivated' : 'idp_denied',
    idpMessage: [status.code, status.subCode].map(shortCode).filter(Boolean).join(' '),
  };
}

/** `urn:oasis:names:tc:SAML:2.0:status:AuthnFailed` as `AuthnFailed`; anything odd as nothing. */
function shortCode(code: string | undefined): string {
  return /^[A-Za-z0-9:/._#-]{1,200}$/.exec(code ?? '')?.[0].replace(/^.*:/, '') ?? '';
}
