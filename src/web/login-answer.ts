import type { Request, Response } from 'express';
import { Failure, type IdentityAssertion, type IdpSession, standingRefusal } from '../identity/index.ts';
import type { LoginOutcome } from '../jit/index.ts';
import {
  type EndingDetails,
  type SessionLogin,
  digestOf,
  endSession,
  establishSession,
  sealIdpSession,
  sessionRef,
} from '../sessions/index.ts';
import { type Attempt, type AttemptEndings, type TraceAttempt, eventBase } from './attempt.ts';
import type { BrowserCookie } from './browser-cookie.ts';
import type { Limits } from './limits.ts';
import { changeEvents } from './login-events.ts';
import { changesOf } from './login-trace.ts';
import type { PlainCookie } from './plain-cookie.ts';
import { type ReturnRules, defaultPage, safeReturnTo } from './return-to.ts';
import type { Strategies } from './strategies.ts';
import type { WebDeps } from './types.ts';

/** The second half of a login: the provider's answer arrives at the redirect URI or the ACS. */
export function createLoginAnswer(
  deps: WebDeps,
  parts: {
    strategies: Strategies;
    endings: AttemptEndings;
    browserCookie: BrowserCookie;
    limits: Limits;
    rules: ReturnRules;
    lastUsed: PlainCookie;
    trace: TraceAttempt;
  },
): (req: Request, res: Response, attempt: Attempt) => Promise<void> {
  const { config, users, audit, now } = deps;
  const { strategies, endings, browserCookie, limits, rules, lastUsed, trace } = parts;

  /** Establishes the session; whatever then goes wrong ends it again before anybody is told. */
  const establish = async (
    req: Request,
    res: Response,
    attempt: Attempt,
    assertion: IdentityAssertion,
    outcome: Extract<LoginOutcome, { kind: 'admitted' }>,
    receivedAt: number,
  ): Promise<'disabled_locally' | 'deactivated_by_scim' | undefined> => {
    const { user, created } = outcome;
    try {
      const idp = sealIdpSession(assertion.idpSession, config.secrets);
      const unestablished = await establishSession(
        req,
        sessionLogin(req, attempt, assertion, user.id, idp),
        (digest) =>
          deps.endings.end(digest, 'replaced', { kind: 'person', name: user.id }, eventDetails(attempt)),
      ).catch(endedMeanwhile);
      // A sign-out at the identity provider may have come while the session was made, which it could not yet find.
      if (await deps.endedAtIdp(assertion, receivedAt))
        throw new Failure('login_rejected', { detail: 'web.ended_at_idp' });
      // Once more: somebody who was disabled since jit looked must not keep a session that `disable` could not yet see.
      const standing = await users.snapshot(user.id);
      if (standing === undefined) throw new Failure('login_rejected', { detail: 'web.user_gone' });
      const refusal = standingRefusal(standing);
      if (refusal === undefined && unestablished !== undefined) throw unestablished;
      if (refusal !== undefined) {
        await discard(req, res);
        return refusal;
      }
      await audit.write({
        ...eventBase(attempt, now()),
        actor: { kind: 'person', name: user.id },
        type: 'login',
        userId: user.id,
        userName: user.profile.userName,
        sessionRef: sessionRef(digestOf(req.sessionID)),
        created,
      });
      return undefined;
    } catch (error) {
      await discard(req, res);
      throw error;
    }
  };

  const answer = async (req: Request, res: Response, attempt: Attempt): Promise<void> => {
    const receivedAt = now();
    const { answer, browser } = await strategies.answer(attempt.provider, req, res, browserCookie.read(req));
    attempt.returnTo = safeReturnTo(answer.returnTo, rules);
    if (answer.kind === 'refused') {
      return endings.refused(req, res, attempt, { reason: answer.reason, idpMessage: answer.idpMessage });
    }
    const { assertion } = answer;
    if (assertion.provider !== attempt.provider)
      throw new Failure('login_rejected', { detail: 'web.provider' });
    attempt.seen = { assertion, claims: answer.claims ?? {} };
    const { issuer, subject } = assertion;
    const outcome = await deps.login(
      assertion,
      (committed) => changeEvents(attempt, committed, now()),
      answer.configVersion,
    );
    if (outcome.kind === 'refused') {
      const userName = outcome.user?.profile.userName ?? assertion.userName;
      const { reason } = outcome;
      return endings.refused(req, res, attempt, {
        reason,
        userId: outcome.user?.id,
        userName,
        issuer,
        subject,
      });
    }
    const returnTo = attempt.returnTo ?? defaultPage;
    // Before the session is made: a loop gets none.
    await limits.succeeded(browser, returnTo);
    const reason = await establish(req, res, attempt, assertion, outcome, receivedAt);
    if (reason !== undefined) {
      const { id: userId, profile } = outcome.user;
      return endings.refused(req, res, attempt, {
        reason,
        userId,
        userName: profile.userName,
        issuer,
        subject,
      });
    }
    deps.onLogin?.(attempt.provider, 'admitted');
    const { user, created, added, removed } = outcome;
    trace(req, attempt, {
      outcome: 'admitted',
      userId: user.id,
      userName: user.profile.userName,
      changes: [...(created ? ['a new user'] : []), ...changesOf(added, removed)],
    });
    lastUsed.write(res, attempt.provider);
    res.redirect(303, returnTo);
  };

  return async (req, res, attempt) => {
    try {
      await answer(req, res, attempt);
    } catch (error) {
      await endings.failed(req, res, attempt, error);
    }
  };
}

/** The session was ended while it was being made: the user's standing says why. Everything else is thrown on. */
function endedMeanwhile(error: unknown): Failure {
  if (error instanceof Failure && error.code === 'unauthenticated') return error;
  throw error;
}

function eventDetails({ reference, address }: Attempt): EndingDetails {
  return { reference, ...(address !== undefined && { address }) };
}

/** Leaves no session and no cookie, also when the store does not answer any more. */
async function discard(req: Request, res: Response): Promise<void> {
  const established: Partial<Pick<Request, 'session' | 'sessionID'>> = req;
  if (established.session === undefined) return;
  try {
    await endSession(req, res);
  } catch {
    // Without a session express-session sets no cookie: nobody will ever know the id of the one that may be left.
    delete established.session;
    delete established.sessionID;
  }
}

function sessionLogin(
  req: Request,
  attempt: Attempt,
  assertion: IdentityAssertion,
  userId: string,
  idp: IdpSession,
): SessionLogin {
  const { provider, issuer, subject, authenticatedAt, authTimeStated, acr, amr } = assertion;
  const userAgent = req.headers['user-agent']?.slice(0, 256);
  return {
    userId,
    provider,
    issuer,
    subject,
    authenticatedAt,
    ...(authTimeStated === true && { authTimeStated }),
    ...(acr !== undefined && { acr }),
    amr,
    idp,
    ...(userAgent !== undefined && { userAgent }),
    ...(attempt.address !== undefined && { address: attempt.address }),
  };
}
