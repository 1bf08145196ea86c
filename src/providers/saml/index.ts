/**
 * saml: login with a SAML 2.0 identity provider.
 *
 * Owns the way from a posted SAMLResponse to an IdentityAssertion, and the AuthnRequest before it. It may not know users,
 * sessions or policy. A document passes two locks that share no code, and what they saw must agree; whatever is read, is
 * read from the text that a signature covers.
 *
 *   start   idp/ ─▶ request.ts (node-saml) ─▶ login flow ─▶ redirect
 *   answer  envelope.ts ─▶ login flow ─▶ first-lock/ (libxml2, ours; in a worker when large) ─▶ after/ ─▶ normalize.ts ─▶ replay.ts
 *             ─▶ second-lock/ (node-saml, in a worker) ─▶ agreement.ts ─▶ IdentityAssertion
 */
export { createSamlProvider, type SamlProviderDeps } from './provider.ts';
export { createFirstLock, type FirstLock, type FirstLockOptions } from './first-lock/index.ts';
export { createSecondLock, type SecondLock, type SecondLockOptions } from './second-lock/index.ts';
export {
  createEntityIdClaims,
  parseIdpMetadata,
  type EntityIdClaims,
  type IdpMetadata,
  type KeptMetadata,
  type MetadataKeep,
} from './idp/index.ts';
