/**
 * signals: endings that come from the identity provider.
 *
 * Owns what an identity provider tells us without, or besides, a login: back-channel and front-channel logout, SAML single
 * logout, the answer to a refresh token, security events. It may not know cookies, pages or policy: it verifies who speaks,
 * finds whom it is about, and ends through the one door (sessions' Endings). What cannot be verified ends nothing.
 *
 *   request ─▶ route ─▶ verify (provider's keys) ─▶ once ─▶ mark ─▶ find ─▶ Endings ─▶ audit: session.ended
 *   gate activity ─▶ recheck ─▶ refresh ─▶ jit              │
 *                                                           └─▶ endedAtIdp: a login that was under way
 */
export { type Stream, type StreamState, streamOf } from './events/index.ts';
export { createSignals, type Signals } from './signals.ts';
export type { SignalsDeps } from './types.ts';
