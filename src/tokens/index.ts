/**
 * tokens: what a person's scripts and BI tools sign in with.
 *
 * Owns the form of a personal token, its digest, name, end and revocation. It may not know who a user is or what a token
 * may open: the gate finds the user behind a digest and puts the same policy to them as to a browser. A token is shown
 * once; only its digest is kept.
 *
 *   /sso/me · doorward tokens ──create──▶ dw_… (shown once) ─▶ digest in the directory
 *   gate: Authorization: Bearer dw_… ──tokenDigest──▶ directory        revoke ──▶ the next request is refused
 */
export { tokenDigest, tokenPrefix } from './token-text.ts';
export { createTokens, type Created, type NewToken, type TokenRefusal, type Tokens } from './tokens.ts';
export * from './types.ts';
