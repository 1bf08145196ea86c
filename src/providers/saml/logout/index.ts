/**
 * logout: SAML single logout (saml-profiles 4.4), both started here and at the identity provider.
 *
 * Owns the messages: ours are always signed, theirs must be. Whom a request is about, and what ends, is for others to find.
 *
 *   out  message-text.ts ─▶ sign.ts: redirect (over the query) │ post (XML Signature) ─▶ SignOut
 *   in   redirect.ts (raw query bytes) │ post.ts (the first lock's profile) ─▶ read.ts ─▶ check.ts ─▶ LogoutMessage
 */
export { createSamlLogouts, type SamlLogoutDeps } from './logouts.ts';
