/**
 * signals: endings that come from the identity provider.
 *
 * Owns what an identity provider tells us without, or besides, a login: back-channel and front-channel logout. It may not
 * know cookies, pages or policy: it verifies who speaks, finds whom it is about, and ends through the one door
 * (sessions' Endings). What cannot be verified ends nothing.
 *
 *   request ─▶ route ─▶ verify (provider's keys) ─▶ once ─▶ mark ─▶ find ─▶ Endings.end ─▶ audit: session.ended
 *                                                             └─▶ endedAtIdp: a login that was under way
 */
export { createSignals, type Signals } from './signals.ts';
export type { SignalsDeps } from './types.ts';
