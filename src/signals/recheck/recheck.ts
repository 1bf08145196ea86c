import type { Actor } from '../../audit/index.ts';
import type { OidcProviderConfig, ProviderConfig, RecheckConfig } from '../../config/index.ts';
import { Failure, type IdentityAssertion, type Log, toFailure } from '../../identity/index.ts';
import type { LoginOutcome } from '../../jit/index.ts';
import type { Provider, ProviderTokens, RefreshOutcome } from '../../providers/index.ts';
import {
  type Endings,
  openIdpSession,
  sealIdpSession,
  type SessionLogin,
  type SessionRecord,
  type SessionStore,
  type TransientStore,
} from '../../sessions/index.ts';
import { confirmedAt, dueAt } from './due.ts';
import { createWaiting } from './waiting.ts';

export interface RecheckDeps {
  readonly config: { readonly secrets: readonly string[]; readonly providers: readonly ProviderConfig[] };
  readonly providers: ReadonlyMap<string, Provider>;
  readonly sessions: Pick<SessionStore, 'get' | 'renew'>;
  readonly endings: Pick<Endings<Actor>, 'end'>;
  readonly transient: Pick<TransientStore, 'addOnce' | 'take'>;
  /** jit: the same decision as at a login, of somebody who is known; the audit events are stored with the change. */
  resync(assertion: IdentityAssertion): Promise<LoginOutcome>;
  /** Told what each re-check came to, for metrics. */
  readonly onRechecked?:
    | ((provider: string, outcome: 'confirmed' | 'ended' | 'unreachable') => void)
    | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
}

export interface Recheck {
  /** A session is in use. Returns at once. */
  noticed(digest: string): void;
  /** Re-checks a session now, due or not; `busy` when somebody else is at it, `impossible` without a refresh token. */
  now(digest: string): Promise<'asked' | 'busy' | 'impossible'>;
  /** Resolves when nothing is under way; for shutting down. */
  close(): Promise<void>;
}

const lockKind = 'recheck';
/** Longer than a refresh may take with everything that belongs to it, milliseconds. */
const lockTime = 60_000;
/** After an attempt that came to nothing, milliseconds. */
const retryAfter = 5 * 60_000;
const never = Number.POSITIVE_INFINITY;

/** Everything about one attempt. */
interface Attempt {
  readonly record: SessionRecord;
  readonly login: SessionLogin;
  readonly refreshToken: string;
  readonly tokens: ProviderTokens;
  readonly rules: RecheckConfig | undefined;
}

export function createRecheck(deps: RecheckDeps): Recheck {
  const { config, providers, sessions, endings, transient, now, log } = deps;
  const rules = new Map(
    config.providers
      .filter((provider): provider is OidcProviderConfig => provider.protocol === 'oidc')
      .map((provider) => [provider.id, provider.recheck]),
  );
  const isWanted = [...rules.values()].some((rule) => rule !== undefined);
  const waiting = createWaiting({ work: (digest) => whenDue(digest), now, log });

  /** A session of a provider that is asked, or undefined. */
  async function find(digest: string): Promise<Attempt | undefined> {
    const record = (await sessions.get(digest))?.record;
    const login = record?.login;
    const tokens = login && providers.get(login.provider)?.tokens;
    const refreshToken = login?.idp.refreshToken;
    if (record === undefined || login === undefined || tokens === undefined || refreshToken === undefined)
      return undefined;
    return { record, login, refreshToken, tokens, rules: rules.get(login.provider) };
  }

  /** Re-checks the session if it is time; gives when to look at it again. */
  async function whenDue(digest: string): Promise<number> {
    const found = await find(digest);
    if (found?.rules === undefined) return never;
    const due = dueAt(found.record, found.rules.every);
    if (now() < due) return due;
    await underLock(digest, (attempt) => now() >= dueAt(attempt.record, found.rules?.every ?? never));
    const after = await find(digest);
    if (after?.rules === undefined) return never;
    return Math.max(dueAt(after.record, after.rules.every), now() + Math.min(retryAfter, after.rules.every));
  }

  /** One at a time over all processes; what the others did meanwhile is seen under the lock. */
  async function underLock(digest: string, isDue: (attempt: Attempt) => boolean): Promise<boolean> {
    if (!(await transient.addOnce(lockKind, digest, lockTime))) return false;
    try {
      const attempt = await find(digest);
      if (attempt === undefined || !isDue(attempt)) return false;
      await refresh(attempt);
      return true;
    } finally {
      await transient.take(lockKind, digest).catch(() => undefined);
    }
  }

  async function refresh(attempt: Attempt): Promise<void> {
    const { record, login, tokens } = attempt;
    const { digest } = record;
    const actor = { kind: 'idp', name: login.provider } as const;
    try {
      const outcome = await tokens.refresh({ ...login, idp: openIdpSession(login.idp, config.secrets) });
      if (outcome.kind === 'ended') {
        // Unless somebody renewed the token behind our back: then it was an old one that was refused.
        if ((await find(digest))?.refreshToken !== attempt.refreshToken) return;
        deps.onRechecked?.(login.provider, 'ended');
        const ended = await endings.end(digest, 'refresh_rejected', actor);
        if (ended)
          log.info({ provider: login.provider, error: outcome.error }, 'a refresh token was refused');
        return;
      }
      await confirmed(attempt, outcome);
    } catch (error) {
      const failure = toFailure(error);
      if (failure.code !== 'idp_unavailable' && failure.code !== 'login_rejected') throw failure;
      await unconfirmed(attempt, failure);
    }
  }

  async function confirmed(
    attempt: Attempt,
    outcome: Extract<RefreshOutcome, { kind: 'confirmed' }>,
  ): Promise<void> {
    const { record, login } = attempt;
    const { digest } = record;
    const { idToken, refreshToken } = outcome;
    const renewed = (checkedAt: number | undefined): SessionLogin => {
      const { refreshToken: _old, idToken: _oldId, ...kept } = login.idp;
      const tokens = sealIdpSession(
        { refreshToken, ...(idToken !== undefined && { idToken }) },
        config.secrets,
      );
      return { ...login, idp: { ...kept, ...tokens, ...(checkedAt !== undefined && { checkedAt }) } };
    };
    // The new token first: the old one may be worth nothing any more.
    const kept = renewed(login.idp.checkedAt);
    if (!(await sessions.renew(digest, attempt.refreshToken, kept))) return;
    const assertion = await outcome.identify();
    if (assertion !== undefined) {
      const result = await deps.resync(assertion);
      const refused =
        result.kind === 'refused'
          ? result.reason
          : result.user.id === login.userId
            ? undefined
            : 'another user';
      if (refused !== undefined) {
        const actor = { kind: 'idp', name: login.provider } as const;
        deps.onRechecked?.(login.provider, 'ended');
        const ended = await endings.end(digest, 'refresh_rejected', actor);
        if (ended) log.info({ provider: login.provider, refused }, 'a re-check ended a session');
        return;
      }
    }
    deps.onRechecked?.(login.provider, 'confirmed');
    await sessions.renew(digest, kept.idp.refreshToken ?? '', renewed(now()));
  }

  /** The provider is down, or not to be believed: the session lives on, up to the limit. */
  async function unconfirmed({ record, login, rules }: Attempt, failure: Failure): Promise<void> {
    const since = now() - confirmedAt(record);
    deps.onRechecked?.(login.provider, 'unreachable');
    const { code, detail } = failure;
    log.warn({ provider: login.provider, code, detail, since }, 'a sign-in could not be re-checked');
    if (rules === undefined || since <= rules.whenUnreachable) return;
    await endings.end(record.digest, 'idp_unreachable', { kind: 'system' });
  }

  return {
    noticed(digest) {
      if (isWanted) waiting.noticed(digest);
    },
    async now(digest) {
      if ((await find(digest)) === undefined) return 'impossible';
      return (await underLock(digest, () => true)) ? 'asked' : 'busy';
    },
    close: () => waiting.close(),
  };
}
