import type { CookieOptions } from 'express';
import type { Session, SessionData } from 'express-session';
import { Failure, toFailure } from '../identity/index.ts';
import { digestOf } from './digest.ts';
import { sessionContext, type SessionContext } from './middleware.ts';
import './session-data.ts';
import type { SessionLogin, SessionRecord } from './types.ts';

/** What is needed of an Express request that passed the session middleware and `passport.initialize()`. */
export interface SessionRequest {
  sessionID: string;
  session: Session & Partial<SessionData>;
}

export interface LoginRequest extends SessionRequest {
  logIn(user: { readonly id: string }, done: (error: unknown) => void): void;
}

/** What is needed of an Express response. */
export interface SessionResponse {
  clearCookie(name: string, options: CookieOptions): unknown;
}

/**
 * Ends one session by its digest and gives it as it was, if it was alive. What a person does goes by {@link Endings}, which
 * writes it down; the store's own `end` where there is nothing to tell.
 */
export type EndOne = (digest: string) => Promise<SessionRecord | undefined>;

/**
 * Signs a person in: the one call site of `req.logIn`. Passport makes a new session (the id from before the login is
 * dead afterwards), and the login is recorded in it as the last step, so that a record with a login exists only when all
 * went well. Tokens in `login.idp` must be sealed before ({@link sealIdpSession}). Every session that the browser brought a
 * cookie for ends first, by `end`.
 *
 * Rejects with Failure('store_unavailable') when the store does not answer, Failure('unauthenticated') when the session
 * was ended meanwhile; then nobody is signed in.
 */
export async function establishSession(
  request: LoginRequest,
  login: SessionLogin,
  end?: EndOne,
): Promise<void> {
  const context = contextOf(request);
  const before = request.sessionID;
  const endOne = end ?? context.store.end;
  // The fresh id of somebody who brought none is in no store.
  for (const id of context.brought) await endOne(digestOf(id));
  try {
    await new Promise<void>((resolve, reject) => {
      request.logIn({ id: login.userId }, (error) => (error ? reject(toFailure(error)) : resolve()));
    });
    if (request.sessionID === before) throw new Failure('internal', { detail: 'sessions.not_renewed' });
    request.session.doorward = login;
    await save(request.session);
    if (!context.expressStore.isStored(request.session))
      throw new Failure('unauthenticated', { detail: 'sessions.ended_meanwhile' });
  } catch (error) {
    await abandon(request, context);
    throw error;
  }
}

/**
 * Signs out: ends the session and every other one that the browser brought a cookie for, by `end`, and clears the cookie. Gives the
 * record that was alive, if there was one (to tell its identity provider). Rejects with Failure('store_unavailable')
 * when the store does not answer: the person is then still signed in, and the cookie stays. Safe to repeat.
 */
export async function endSession(
  request: Partial<SessionRequest>,
  response: SessionResponse,
  end?: EndOne,
): Promise<SessionRecord | undefined> {
  const context = contextOf(request);
  const endOne = end ?? context.store.end;
  const ids = new Set(context.brought);
  if (request.sessionID !== undefined) ids.add(request.sessionID);
  let ended: SessionRecord | undefined;
  for (const id of ids) ended = (await endOne(digestOf(id))) ?? ended;
  forget(request);
  response.clearCookie(context.name, { ...context.cookie });
  return ended;
}

/** A login that failed half-way leaves no session: ended where the store lets us, and the request knows none. */
async function abandon(request: SessionRequest, context: SessionContext): Promise<void> {
  const digest = digestOf(request.sessionID);
  forget(request);
  // The failure that brought us here is the one to report; without a login the left-over admits nobody anyway.
  await context.store.end(digest).catch(() => undefined);
}

/** Without session and id, express-session has nothing to save, end or set a cookie for when the response ends. */
function forget(request: Partial<SessionRequest>): void {
  delete request.session;
  delete request.sessionID;
}

function save(session: Session): Promise<void> {
  return new Promise((resolve, reject) => {
    session.save((error: unknown) => (error ? reject(toFailure(error)) : resolve()));
  });
}

function contextOf(request: object): SessionContext {
  const context = sessionContext(request);
  if (context === undefined) throw new Failure('internal', { detail: 'sessions.no_middleware' });
  return context;
}
