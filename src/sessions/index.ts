/**
 * sessions: who is signed in, until when.
 *
 * Owns the session store (embedded SQLite, or Redis), its indexes, tombstones and expiry, the short-lived
 * facts beside it (login state, replay records, rate limits), and the session cookie with express-session behind it. It
 * may not know users, groups or policy: a session says who signed in and how, never what they may do. Ids are stored as
 * digests, tokens of the identity provider encrypted.
 *
 *   cookie ──sessionIdFromCookie──▶ id ──digestOf──▶ digest ──SessionStore.get──▶ SessionRecord
 *   login  ──establishSession──▶ new id, record with login        logout ──endSession──▶ tombstone: the dead stay dead
 */
export { cookieName, sessionIdFromCookie, sessionIdsFromCookie, type CookieReading } from './cookie.ts';
export { deviceOf, type Device } from './device.ts';
export { digestOf, nameIdSessionId } from './digest.ts';
export {
  createEndings,
  sessionRef,
  type EndCause,
  type EndingDetails,
  type EndingRecorder,
  type Endings,
} from './endings.ts';
export {
  endSession,
  establishSession,
  type EndOne,
  type LoginRequest,
  type SessionRequest,
  type SessionResponse,
} from './establish.ts';
export { formToken, isFormToken } from './form-token.ts';
export { hostCookieDigests, hostCookieName, sealHostCookie } from './host-cookie.ts';
export { openIdpSession, sealIdpSession } from './idp-session.ts';
export { createSessionMiddleware, type SessionMiddlewareOptions } from './middleware.ts';
export { openSessionStore, type OpenOptions } from './open.ts';
export { decryptSecret, encryptSecret } from './secret-box.ts';
export type { SessionData } from 'express-session';
export * from './types.ts';
