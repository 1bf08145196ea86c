/**
 * gate: who is this, and may they come in? Asked for every request, answered from memory.
 *
 * Owns admission, the policy, the identity headers and the verify endpoints that proxies ask. It may not know how a
 * person signs in, what Express is, or where sessions and users are stored: it is handed a session store and the
 * directory's snapshots, both of which say whether what it remembers is still true.
 *
 *   nginx · Traefik · Envoy ──▶ verify ──▶ describe ─┐
 *                                                    ├─▶ admit: cookie ─▶ session ─▶ user ─▶ policy ─▶ headers
 *   built-in proxy · web ────────────────────────────┘        │ not remembered, or not to be trusted
 *                                                             └──▶ ask the stores; no answer: 503, never in
 */
export {
  answerAdmitted,
  answerError,
  emptyAnswer,
  errorJson,
  retryAfter,
  type ErrorAnswer,
  type Reader,
} from './answers.ts';
export { canonicalPath } from '../identity/index.ts';
export { invalidToken, stepUpChallenge } from './challenges.ts';
export { cookieValue, withoutCookies } from './cookie-value.ts';
export { canonicalHost, undescribed, withoutPort, type DescribedRequest } from './described-request.ts';
export { errorPage, type ErrorPage } from './error-page.ts';
export { createGate, gateCounters, type GateOptions } from './gate.ts';
export {
  assertionHeader,
  foldHeaderName,
  identityHeaderNames,
  isIdentityHeader,
  type IdentityHeaderNames,
} from './header-names.ts';
export { identityHeaders } from './identity-headers.ts';
export { keySetEndpoint, keySetPath } from './key-set-endpoint.ts';
export { loginUrls } from './login-url.ts';
export { methodOverrides } from './method-override.ts';
export { isNavigation } from './navigation.ts';
export { compilePolicy, type Policy, type PolicyPerson, type Verdict } from './policy.ts';
export { trustedPeers, type TrustedPeers } from './trusted-peers.ts';
export type * from './types.ts';
