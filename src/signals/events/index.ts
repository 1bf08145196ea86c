/**
 * events: security events of the identity provider (OpenID Shared Signals Framework 1.0, CAEP 1.0, RISC 1.0), sent to us
 * (RFC 8935) or fetched (RFC 8936). Each that can be verified has a stated effect, once, and is written down.
 *
 *   POST /events/:provider ─┐
 *                           ├─▶ token.ts: a Security Event Token (RFC 8417), verified ─▶ subject.ts: about whom
 *   poll.ts ────────────────┘     ─▶ kinds.ts: what it means (data) ─▶ carry-out.ts ─▶ Endings │ directory │ recheck
 */
export type { EventDeps } from './deps.ts';
export { createEventReceiver, type EventReceiver } from './receiver.ts';
export { type Stream, type StreamState, verifiedKind, writeVerified } from './stream.ts';
export { streamOf } from './stream-of.ts';
