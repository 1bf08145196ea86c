import type { Config } from '../config/index.ts';
import type { Directory } from '../directory/index.ts';
import type { Log } from '../identity/index.ts';
import type { SessionStore } from '../sessions/index.ts';
import { cookieHeader, cookieValue } from './cookie-value.ts';
import { trackLoads } from './loads.ts';
import { judge, signedInEverywhere, type PolicyRule } from './policy.ts';
import { remembered, sameLogin, sessionCache, type CachedSession } from './session-cache.ts';
import { sessionTouch } from './session-touch.ts';
import type { Admission, GateCounters, GateRequest, SessionCookie } from './types.ts';
import { userCache, type CachedUser } from './user-cache.ts';

export interface AdmissionOptions {
  readonly config: Pick<Config, 'headers' | 'providers' | 'session' | 'state'>;
  readonly cookie: SessionCookie;
  readonly sessions: Pick<SessionStore, 'get' | 'touch' | 'end' | 'freshness'>;
  readonly directory: Pick<Directory, 'snapshot' | 'freshness'>;
  readonly now: () => number;
  readonly log: Log;
  readonly counters: GateCounters;
  readonly rules?: readonly PolicyRule[];
  /** How many sessions are remembered. */
  readonly capacity?: number;
}

const signedOut: Admission = { kind: 'signed_out' };
const unavailable: Admission = { kind: 'unavailable' };
/** A store has this long to answer, all questions of one request together. */
const deadline = 1500;
const attempts = 3;
const mostCandidates = 4;

/**
 * cookie → session → user → policy → headers. From memory where both stores say that it may be trusted; otherwise
 * they are asked, and when they do not answer nobody comes in.
 */
export function admission(
  options: AdmissionOptions,
): (request: GateRequest) => Admission | Promise<Admission> {
  const { cookie, sessions, directory, now, log, counters, rules = signedInEverywhere } = options;
  const grace = options.config.state.grace;
  const cache = sessionCache(options.capacity ?? 262_144);
  const users = userCache(options.config);
  const touch = sessionTouch({ sessions, cache, idle: options.config.session.idle, now, log });
  const sessionLoads = trackLoads();
  const userLoads = trackLoads();
  let sessionsTrusted = true;
  let usersTrusted = true;
  /** When each store was last known to tell us of every change. */
  let sessionsTrustedAt = 0;
  let usersTrustedAt = 0;

  sessions.freshness.onInvalidated((digest) => {
    cache.drop(digest);
    sessionLoads.invalidate(digest);
  });
  directory.freshness.onInvalidated((userId) => {
    users.drop(userId);
    userLoads.invalidate(userId);
  });

  /** What was remembered while nobody told us of changes is not trusted when the telling begins again. */
  function bringInChanges(at: number): void {
    const sessionsNow = sessions.freshness.check() === 'trusted';
    if (sessionsNow) {
      if (!sessionsTrusted) cache.drop(undefined);
      sessionsTrustedAt = at;
    }
    sessionsTrusted = sessionsNow;
    const usersNow = directory.freshness.check() === 'trusted';
    if (usersNow) {
      if (!usersTrusted) users.drop(undefined);
      usersTrustedAt = at;
    }
    usersTrusted = usersNow;
  }

  function admit(request: GateRequest): Admission | Promise<Admission> {
    const value = cookieValue(request.cookie, cookie.name);
    if (value === undefined) return signedOut;
    const at = now();
    try {
      bringInChanges(at);
    } catch (error) {
      log.warn({ err: error }, 'a store could not say whether anything changed');
      sessionsTrusted = false;
      usersTrusted = false;
    }
    const session = cache.get(value);
    if (session !== undefined && sessionsTrusted && usersTrusted && lives(session, at)) {
      const user = session.user;
      if (user?.snapshot !== undefined) {
        session.used = true;
        user.used = true;
        if (at >= session.touchAt && request.passive !== true) touch.schedule(session);
        return conclude(request, session, user);
      }
    }
    counters.asked += 1;
    return ask(request, value, at);
  }

  function conclude(request: GateRequest, session: CachedSession, user: CachedUser): Admission {
    if (user.refusal !== undefined) return { kind: 'refused', reason: user.refusal };
    const view = users.view(user, session.login.provider);
    if (view === undefined || user.snapshot === undefined) return signedOut;
    const identity = {
      user: user.snapshot,
      role: view.role,
      session: session.record,
      headers: view.headers,
      answer: view.answer,
    };
    if (judge(rules, request, identity) === 'refuse') return { kind: 'refused', reason: 'policy' };
    return { kind: 'admitted', identity };
  }

  async function ask(request: GateRequest, value: string, at: number): Promise<Admission> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Admission>((resolve) => {
      timer = setTimeout(resolve, deadline, unavailable);
    });
    try {
      return await Promise.race([askStores(request, value, at), late]);
    } catch (error) {
      log.warn({ err: error }, 'a store did not answer: nobody is let in');
      return unavailable;
    } finally {
      clearTimeout(timer);
    }
  }

  async function askStores(request: GateRequest, value: string, at: number): Promise<Admission> {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const session = await findSession(value, at);
      if (session === undefined) return signedOut;
      if (at >= session.touchAt && request.passive !== true) touch.schedule(session);
      const user = await findUser(session, at);
      if (user === undefined) {
        await sessions.end(session.record.digest);
        cache.drop(session.record.digest);
        return signedOut;
      }
      // Something may have ended while the other store was being asked: a request in flight feels it, too.
      if (session.live && user.snapshot !== undefined) return conclude(request, session, user);
    }
    return unavailable;
  }

  async function findSession(value: string, at: number): Promise<CachedSession | undefined> {
    const known = cache.get(value);
    if (known !== undefined && sessionsTrusted && lives(known, at)) return known;
    const digests =
      known === undefined ? cookie.digests(cookieHeader(cookie.name, value)) : [known.record.digest];
    let answers;
    try {
      answers = await Promise.all(
        digests
          .slice(0, mostCandidates)
          .map((digest) => sessionLoads.read(digest, () => sessions.get(digest))),
      );
    } catch (error) {
      if (
        known !== undefined &&
        lives(known, at) &&
        withinGrace(Math.max(known.confirmedAt, sessionsTrustedAt), at)
      ) {
        return known;
      }
      throw error;
    }
    // Several cookies of ours: the one whose session lives, and nobody's if two do, for one may be somebody else's.
    const [answer, second] = answers.filter((each) => each.value !== undefined);
    if (answer === undefined || second !== undefined) {
      for (const digest of digests) cache.drop(digest);
      return undefined;
    }
    const record = answer.value?.record;
    const login = record?.login;
    if (record === undefined || login === undefined || !alive(record, now())) {
      for (const digest of digests) cache.drop(digest);
      return undefined;
    }
    if (known?.live && sameLogin(known.login, login)) {
      known.record = { ...record, login: known.login };
      known.confirmedAt = at;
      return known;
    }
    const session = remembered(value, record, login, at, touch.due(record.lastSeenAt));
    if (answer.settled) cache.put(session);
    return session;
  }

  /** The session's user, or undefined when there is no such user any more. */
  async function findUser(session: CachedSession, at: number): Promise<CachedUser | undefined> {
    const { userId } = session.login;
    const known = users.get(userId);
    if (known?.snapshot !== undefined && usersTrusted) {
      session.user = known;
      return known;
    }
    let answer;
    try {
      answer = await userLoads.read(userId, () => directory.snapshot(userId));
    } catch (error) {
      if (known?.snapshot !== undefined && withinGrace(Math.max(known.confirmedAt, usersTrustedAt), at)) {
        return known;
      }
      throw error;
    }
    if (answer.value === undefined) {
      users.drop(userId);
      return undefined;
    }
    if (!answer.settled) return users.passing(answer.value, at);
    session.user = users.put(answer.value, at);
    return session.user;
  }

  function withinGrace(confirmedAt: number, at: number): boolean {
    if (grace <= 0 || at - confirmedAt > grace) return false;
    log.warn({ age: at - confirmedAt, grace }, 'a store does not answer: a remembered answer is used');
    return true;
  }

  return admit;
}

function lives(session: CachedSession, at: number): boolean {
  return alive(session.record, at);
}

function alive(record: { idleExpiresAt: number; absoluteExpiresAt: number }, at: number): boolean {
  return at < record.idleExpiresAt && at < record.absoluteExpiresAt;
}
