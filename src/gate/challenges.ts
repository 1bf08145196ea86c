import type { StepUp } from './types.ts';

/** `WWW-Authenticate` for a token that is worth nothing (RFC 6750, section 3). */
export const invalidToken: readonly string[] = [
  'WWW-Authenticate',
  'Bearer realm="doorward", error="invalid_token"',
];

/** What a step-up challenge says to a program (RFC 9470, section 3), as a header. */
export function stepUpChallenge({ maxAge, acr }: StepUp): readonly string[] {
  const wanted = [
    'error="insufficient_user_authentication"',
    ...(acr.length === 0 ? [] : [`acr_values="${acr.map(headerText).join(' ')}"`]),
    ...(maxAge === undefined ? [] : [`max_age="${Math.floor(maxAge / 1000)}"`]),
  ];
  return ['WWW-Authenticate', `Bearer realm="doorward", ${wanted.join(', ')}`];
}

/** Inside a quoted string (RFC 9110, section 5.6.4), ASCII only. */
function headerText(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '').replaceAll(/["\\]/g, (character) => `\\${character}`);
}
