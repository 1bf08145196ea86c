import type { Config } from '../config/index.ts';
import type { Directory } from '../directory/index.ts';
import type { Log } from '../identity/index.ts';
import type { SessionStore } from '../sessions/index.ts';
import { anonymousAdmission } from './anonymous.ts';
import { assertions } from './assertions.ts';
import { cookieHeader, cookieValue } from './cookie-value.ts';
import { gracePeriod } from './grace-period.ts';
import { inTime } from './in-time.ts';
import { trackLoads } from './loads.ts';
import { compilePolicy } from './policy.ts';
import { remembered, renew, sameLogin, sessionCache, type CachedSession } from './session-cache.ts';
import { sessionTouch } from './session-touch.ts';
import { tokenAdmission } from './token-admission.ts';
import type { Admission, GateCounters, GateRequest, SessionCookie, Signer, TokenSource } from './types.ts';
import { userCache, type CachedUser, type UserView } from './user-cache.ts';

export interface AdmissionOptions {
  readonly config: Pick<
    Config,
    'apps' | 'assertion' | 'baseUrl' | 'headers' | 'policy' | 'providers' | 'session' | 'state' | 'tokens'
  >;
  readonly cookie: SessionCookie;
  readonly sessions: Pick<SessionStore, 'get' | 'touch' | 'end' | 'freshness'>;
  readonly directory: Pick<Directory, 'snapshot' | 'freshness'>;
  readonly now: () => number;
  /** A clock that never goes back, milliseconds; by default this machine's. */
  readonly elapsed?: () => number;
  readonly log: Log;
  readonly counters: GateCounters;
  /** Signs the assertions; without it there are none. */
  readonly signer?: Signer | undefined;
  /** Where tokens are looked up; without it none is accepted. */
  readonly tokens?: TokenSource | undefined;
  /** Replaces the global `fetch`, for the keys of JWT issuers. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Told now and then that a session is in use; must return at once. */
  readonly onUse?: ((digest: string) => void) | undefined;
  /** How many sessions are remembered. */
  readonly capacity?: number;
}

/** The session cookie of a request: whose, its raw value, and under what it is remembered. */
interface Brought {
  readonly jar: SessionCookie;
  readonly value: string;
  readonly key: string;
}

const signedOut: Admission = { kind: 'signed_out' };
const unavailable: Admission = { kind: 'unavailable' };
/** How often the stores are asked when what they said has changed meanwhile; the deadline may come before. */
const attempts = 10;
const mostCandidates = 4;

/**
 * cookie → session → user → policy → headers. From memory where both stores say that it may be trusted; otherwise
 * they are asked, and when they do not answer nobody comes in.
 */
export function admission(
  options: AdmissionOptions,
): (request: GateRequest) => Admission | Promise<Admission> {
  const { config, cookie, sessions, directory, now, log, counters, signer } = options;
  const { elapsed = () => performance.now() } = options;
  const cache = sessionCache(options.capacity ?? 262_144);
  const users = userCache(config);
  const policy = config.policy && compilePolicy(config.policy);
  const anonymous = anonymousAdmission(config.headers);
  const assertion = signer && assertions({ config, signer, now });
  const began = now();
  const touch = sessionTouch({
    sessions,
    cache,
    idle: config.session.idle,
    began,
    log,
    onUse: options.onUse,
  });
  const sessionLoads = trackLoads();
  const userLoads = trackLoads();
  const { grace } = config.state;
  const sessionsGrace = gracePeriod({ store: 'sessions', grace, elapsed, log });
  const usersGrace = gracePeriod({ store: 'directory', grace, elapsed, log });
  let sessionsTrusted = false;
  let usersTrusted = false;

  const tokens =
    options.tokens &&
    tokenAdmission({
      config,
      source: options.tokens,
      directory,
      users,
      loads: userLoads,
      trusted: () => usersTrusted,
      conclude,
      inTime: (work) => inTime(work, log),
      counters,
      began,
      elapsed,
      now,
      log,
      fetch: options.fetch,
    });

  sessions.freshness.onInvalidated((digest) => {
    cache.drop(digest);
    sessionLoads.invalidate(digest);
  });
  directory.freshness.onInvalidated((userId) => {
    users.drop(userId);
    userLoads.invalidate(userId);
  });

  /** After a time without trust the stores first tell what became invalid meanwhile: what is left may be used again. */
  function bringInChanges(): void {
    try {
      sessionsTrusted = sessions.freshness.check() === 'trusted';
      usersTrusted = directory.freshness.check() === 'trusted';
    } catch (error) {
      log.warn({ err: error }, 'a store could not say whether anything changed');
      sessionsTrusted = false;
      usersTrusted = false;
      cache.drop(undefined);
      users.drop(undefined);
    }
    if (sessionsTrusted) sessionsGrace.vouched();
    if (usersTrusted) usersGrace.vouched();
  }

  function admit(request: GateRequest): Admission | Promise<Admission> {
    if (request.authorization !== undefined) {
      const credential = tokens?.read(request.authorization);
      if (credential !== undefined) {
        bringInChanges();
        return tokens?.admit(request, credential) ?? signedOut;
      }
    }
    const jar = cookie.at?.(request.host) ?? cookie;
    const value = cookieValue(request.cookie, jar.name);
    if (value === undefined) return withoutSession(request);
    // What a cookie of another host stands for, it stands for there only. No header has a newline in it, so that no
    // cookie can be written like the key of another one.
    const key = jar === cookie ? value : `${request.host}\n${value}`;
    const at = now();
    bringInChanges();
    const session = cache.get(key);
    if (session !== undefined && sessionsTrusted && usersTrusted && lives(session, at - began)) {
      const { user, view } = session;
      if (user?.snapshot !== undefined && view !== undefined) {
        session.used = true;
        user.used = true;
        counters.remembered += 1;
        if (request.passive !== true) touch.used(session, at);
        return conclude(request, session, user, view, at);
      }
    }
    counters.asked += 1;
    return inTime(() => askStores(request, { jar, value, key }, at), log);
  }

  /** Nobody is signed in: public pages are open all the same. */
  function withoutSession(request: GateRequest): Admission {
    if (policy === undefined || request.own === true) return signedOut;
    return policy.judge(request, undefined, 0).kind === 'public' ? anonymous : signedOut;
  }

  function conclude(
    request: GateRequest,
    session: CachedSession,
    user: CachedUser,
    view: UserView | undefined,
    at: number,
  ): Admission {
    const { snapshot } = user;
    if (user.refusal !== undefined) {
      const open = withoutSession(request);
      return open === anonymous ? open : { kind: 'refused', reason: user.refusal };
    }
    if (view === undefined || snapshot === undefined) return withoutSession(request);
    if (policy !== undefined && request.own !== true) {
      const verdict = policy.judge(request, { user: snapshot, login: session.login, view }, at);
      if (verdict.kind === 'refuse') return { kind: 'refused', reason: 'policy' };
      if (verdict.kind === 'step_up') {
        const { recent: maxAge, acr = [] } = verdict.rule ?? {};
        return { kind: 'step_up', provider: view.provider, maxAge, acr };
      }
    }
    const identity = {
      user: snapshot,
      role: view.role,
      session: session.record,
      headers: view.headers,
      answer: view.answer,
      assertion: assertion?.for(request, session, snapshot, view, at) ?? '',
    };
    return { kind: 'admitted', identity };
  }

  async function askStores(request: GateRequest, brought: Brought, at: number): Promise<Admission> {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const session = await findSession(brought, at);
      if (session === undefined) return withoutSession(request);
      if (request.passive !== true) touch.used(session, at);
      const user = await findUser(session);
      if (user === undefined) {
        await sessions.end(session.record.digest);
        cache.drop(session.record.digest);
        return withoutSession(request);
      }
      // Something may have ended while the other store was being asked: a request in flight feels it, too.
      if (session.live && user.snapshot !== undefined) {
        const view = users.view(user, session.login.provider);
        if (session.user === user) session.view = view;
        return conclude(request, session, user, view, at);
      }
    }
    log.warn({ attempts }, 'changes came without a pause: nobody is let in');
    return unavailable;
  }

  async function findSession({ jar, value, key }: Brought, at: number): Promise<CachedSession | undefined> {
    const known = cache.get(key);
    if (known !== undefined && sessionsTrusted && lives(known, at - began)) return known;
    const digests = known === undefined ? jar.digests(cookieHeader(jar.name, value)) : [known.record.digest];
    const askedAt = elapsed();
    const candidates = digests.slice(0, mostCandidates);
    const answers = await sessionsGrace.ask(
      known !== undefined && lives(known, at - began) ? known : undefined,
      () => Promise.all(candidates.map((digest) => sessionLoads.read(digest, () => sessions.get(digest)))),
    );
    if (answers === 'remembered') return known;
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
      renew(known, record, began);
      known.confirmedAt = askedAt;
      return known;
    }
    const session = remembered(key, record, login, askedAt, began);
    if (answer.settled) cache.put(session);
    return session;
  }

  /** The session's user, or undefined when there is no such user any more. */
  async function findUser(session: CachedSession): Promise<CachedUser | undefined> {
    const { userId } = session.login;
    const known = users.get(userId);
    if (known?.snapshot !== undefined && usersTrusted) {
      return belongsTo(session, known);
    }
    const askedAt = elapsed();
    const answer = await usersGrace.ask(known?.snapshot === undefined ? undefined : known, () =>
      userLoads.read(userId, () => directory.snapshot(userId)),
    );
    if (answer === 'remembered') return known;
    if (answer.value === undefined) {
      users.drop(userId);
      return undefined;
    }
    if (!answer.settled) return users.passing(answer.value, askedAt);
    return belongsTo(session, users.put(answer.value, askedAt));
  }

  return admit;
}

/** A view is good only together with the user it was made of. */
function belongsTo(session: CachedSession, user: CachedUser): CachedUser {
  if (session.user !== user) session.view = undefined;
  session.user = user;
  return user;
}

/** `after`: milliseconds since the gate began. */
function lives(session: CachedSession, after: number): boolean {
  return after < session.endsAfter;
}

function alive(record: { idleExpiresAt: number; absoluteExpiresAt: number }, at: number): boolean {
  return at < record.idleExpiresAt && at < record.absoluteExpiresAt;
}
