/**
 * web: what a browser meets.
 *
 * Owns the login page, the start and the answer of a login, signing out, "who am I", and every page with its texts; decides
 * where a person may be sent back to, counts attempts, and turns failures and refusals into pages and JSON. It may not know
 * how a protocol works, what a group means, or how anything is stored: providers, jit, sessions and gate are handed in.
 *
 *   chooser ─▶ start ─▶ (identity provider) ─▶ answer ─▶ jit ─▶ establish ─▶ looked at once more ─▶ the way back
 *                │                               │        │                        │
 *                └──────── failure page ◀────────┘        └──▶ refusal page ◀──────┘      first audited, then shown
 */
export { clientAddress, trustedProxies } from './client-address.ts';
export { createTraceKeeper, type LoginTrace, type TraceKeeper } from './login-trace.ts';
export { committedEvents } from './login-events.ts';
export { viewsDirectory } from './pages.ts';
export { newReference, type Random } from './reference.ts';
export { safeReturnTo, type ReturnRules } from './return-to.ts';
export { securityHeaders } from './security-headers.ts';
export { loadStaticFiles } from './static-files.ts';
export { loadLanguages } from './strings.ts';
export type { WebDeps } from './types.ts';
export { createWeb } from './web.ts';
