/** What stands in the place of something that no log may hold. */
export const masked = '[masked]';

/** Texts that carry secrets wherever they turn up: in a message, an error's cause, an address. */
const patterns: readonly (readonly [RegExp, string])[] = [
  // PEM blocks, whole.
  [/-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(-----END [A-Z0-9 ]+-----|$)/g, masked],
  // JWS and JWE in compact form (RFC 7515, section 7.1): they begin with {" in base64url.
  [/\beyJ[\w-]{6,}(?:\.[\w-]*){1,4}/g, masked],
  // Credentials of an Authorization header.
  [/\b(Bearer|Basic|DPoP)\s+[\w.~+/-]{6,}=*/gi, `$1 ${masked}`],
  // The password in an address, and what an answer of an identity provider carries in its query or form.
  [/([a-z][a-z0-9+.-]*:\/\/[^\s:@/]*):[^\s@/]+@/gi, `$1:${masked}@`],
  [
    /\b(code|state|token|id_token|access_token|refresh_token|id_token_hint|logout_token|client_secret|client_assertion|code_verifier|password|SAMLResponse|SAMLRequest|SAMLart|RelayState|Signature)=[^\s&"'<>]+/gi,
    `$1=${masked}`,
  ],
  // XML of a SAML message.
  [/<(?:[\w.-]+:)?(?:Response|Assertion|EncryptedAssertion|LogoutRequest)\b[\s\S]*/g, masked],
];

/** Base64 or base64url without a break, of 24 bytes and more; or hex of 20 bytes and more. */
const run = /[A-Za-z0-9+/_-]{32,}={0,2}/g;

/** A text without what looks like a token, a key or an assertion. Longer texts are cut. */
export function maskText(text: string): string {
  let result = text.length > longest ? `${text.slice(0, longest)}…` : text;
  for (const [pattern, replacement] of patterns) result = result.replace(pattern, replacement);
  return result.replace(run, (found) => (looksRandom(found) ? masked : found));
}

const longest = 8_192;

/**
 * Random bytes mix upper case, lower case and digits, or are hex throughout; paths, package names and UUIDs do not.
 */
function looksRandom(found: string): boolean {
  if (/^[0-9a-f]{40,}$/i.test(found)) return true;
  const share = (letters: RegExp) => (found.match(letters)?.length ?? 0) / found.length;
  const upper = share(/[A-Z]/g);
  const mixed = upper >= 0.12 && share(/[a-z]/g) >= 0.12 && share(/\//g) < 0.15;
  return mixed && (/[0-9]/.test(found) || upper >= 0.28);
}
