import type { Config } from '../config/index.ts';
import type { UserSnapshot } from '../directory/index.ts';
import { assertionClaims } from './assertion-claims.ts';
import { audiences } from './audiences.ts';
import type { KeptAssertion } from './kept-assertion.ts';
import type { CachedSession } from './session-cache.ts';
import type { GateRequest, Signer } from './types.ts';
import type { UserView } from './user-cache.ts';

/** The signed assertions of remembered sessions: made when first needed, used many times, made anew before they end. */
export interface Assertions {
  /** The assertion for this request, or an empty text when there is no key to sign it with. `at`: milliseconds. */
  for(
    request: Pick<GateRequest, 'host' | 'path'>,
    session: CachedSession,
    user: UserSnapshot,
    view: UserView,
    at: number,
  ): string;
}

interface Options {
  readonly config: Pick<Config, 'apps' | 'assertion' | 'baseUrl' | 'headers'>;
  readonly signer: Signer;
  readonly now: () => number;
}

/** Applications that one session keeps assertions for; beyond, the oldest goes. */
const mostAudiences = 8;
/** Signed between two requests, so that none of them waits for more than these. */
const atOnce = 8;
/** Looked at in one go when old assertions are given up. */
const sweptAtOnce = 2000;

interface Renewal {
  readonly session: CachedSession;
  readonly kept: KeptAssertion;
  readonly user: UserSnapshot;
}

/** The assertions of one gate; undefined where the configuration switches them off. */
export function assertions({ config, signer, now }: Options): Assertions | undefined {
  const { baseUrl, headers, assertion } = config;
  if (assertion === undefined) return undefined;
  const { lifetime } = assertion;
  const audienceOf = audiences(config);
  const renewals: Renewal[] = [];
  let renewing = false;
  let young: CachedSession[] = [];
  let old: CachedSession[] = [];
  let turnAt = 0;

  function make(
    session: CachedSession,
    user: UserSnapshot,
    view: UserView,
    audience: string,
    at: number,
  ): KeptAssertion | undefined {
    const keyId = signer.keyId();
    if (keyId === undefined) return undefined;
    const expiresAt = Math.min(at + lifetime, session.record.absoluteExpiresAt);
    const token = signer.sign(
      assertionClaims({
        issuer: baseUrl,
        audience,
        user,
        role: view.role,
        login: session.login,
        digest: session.record.digest,
        issuedAt: at,
        expiresAt,
        maxGroupsBytes: headers.maxGroupsBytes,
      }),
    );
    if (token === undefined) return undefined;
    const left = expiresAt - at;
    const kept: KeptAssertion = {
      token,
      audience,
      keyId,
      view,
      renewFrom: at + left / 2,
      // Whoever gets it must have time to use it, also with a clock that is a little ahead.
      useUntil: at + (left * 3) / 4,
      next: undefined,
    };
    keep(session, kept);
    remember(session, at);
    return kept;
  }

  /** An idle session keeps its assertion for two lifetimes at most: there may be very many of them. */
  function remember(session: CachedSession, at: number): void {
    if (at >= turnAt) {
      turnAt = at + lifetime;
      if (old.length > 0) sweep(old);
      old = young;
      young = [];
    }
    young.push(session);
  }

  function sweep(sessions: readonly CachedSession[], from = 0): void {
    const at = now();
    for (const session of sessions.slice(from, from + sweptAtOnce)) {
      if (session.assertion !== undefined && session.assertion.useUntil <= at) session.assertion = undefined;
    }
    if (from + sweptAtOnce < sessions.length) setImmediate(sweep, sessions, from + sweptAtOnce);
  }

  function renewLater(renewal: Renewal): void {
    renewal.kept.renewFrom = Number.POSITIVE_INFINITY;
    renewals.push(renewal);
    if (renewing) return;
    renewing = true;
    setImmediate(renewSome);
  }

  function renewSome(): void {
    for (const { session, kept, user } of renewals.splice(0, atOnce)) {
      const { view, audience } = kept;
      if (session.live && session.view === view) make(session, user, view, audience, now());
    }
    renewing = renewals.length > 0;
    if (renewing) setImmediate(renewSome);
  }

  return {
    for(request, session, user, view, at) {
      const audience = audienceOf(request.host, request.path);
      let kept = session.assertion;
      while (kept !== undefined && kept.audience !== audience) kept = kept.next;
      if (kept === undefined || kept.view !== view || at >= kept.useUntil || kept.keyId !== signer.keyId()) {
        return make(session, user, view, audience, at)?.token ?? '';
      }
      if (at >= kept.renewFrom) renewLater({ session, kept, user });
      return kept.token;
    },
  };
}

/** Puts an assertion first among those of its session, in place of the one for the same application. */
function keep(session: CachedSession, kept: KeptAssertion): void {
  let count = 1;
  let last = kept;
  for (let each = session.assertion; each !== undefined; each = each.next) {
    if (each.audience === kept.audience || count >= mostAudiences) continue;
    last.next = each;
    last = each;
    count += 1;
  }
  last.next = undefined;
  session.assertion = kept;
}
