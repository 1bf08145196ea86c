/**
 * scim: what provisioning clients say of people and groups, by SCIM 2.0 (RFC 7643, RFC 7644).
 *
 * Owns the parser of filters and paths, the PATCH engine, the schemas, the habits of known clients, and the service over
 * HTTP with its tokens. It may not know browsers, sessions beyond ending them, or how anything is stored. Clients' habits
 * are turned into what the RFC says first; behind them everything is strict.
 *
 *   request ─▶ token ─▶ rate ─▶ habits ─▶ service ─▶ directory (resource, person, memberships, audit: one transaction)
 *                                            └─ inactive: sessions end ─▶ answer
 *   refusal ─▶ audit, with its reason ─▶ Error body
 */
export { createTokens, warningDue, type Tokens } from './auth/tokens.ts';
export { createScim, type Scim } from './create.ts';
export { scimStatus, type ScimStatus } from './status.ts';
export type { MatchBy, ScimAnswered, ScimDeps, ScimProvider, ScimRule } from './types.ts';
