import { emailDomain, type IdentityAssertion, type Log } from '../identity/index.ts';
import type { LastClaims } from './preview-types.ts';

/**
 * What of a verified answer rules are decided by, and nothing else of it: group names as the provider has them, its roles,
 * the domain of the address. Names, addresses, tokens and other claims stay behind.
 */
export function lastClaimsOf(assertion: IdentityAssertion, now: number): LastClaims {
  const { issuer, subject, provider, groups, roles, email, emailVerified } = assertion;
  return {
    issuer,
    subject,
    provider,
    at: now,
    groups: groups.kind === 'present' ? [...new Set(groups.names)].sort() : groups.kind,
    roles: [...new Set(roles)].sort(),
    emailDomain: email === undefined ? undefined : emailDomain(email),
    emailVerified,
  };
}

/** Keeps last claims. They are written a moment later and together: no login waits for them, and none fails by them. */
export interface ClaimsKeeper {
  keep(assertion: IdentityAssertion): void;
  /** Writes what is still waiting. */
  flush(): Promise<void>;
}

/** How long claims wait for others, milliseconds; how many may wait; how many are remembered as written. */
const patience = 300;
const mostWaiting = 5_000;
const mostRemembered = 20_000;

export function createClaimsKeeper(
  store: { keepClaims(claims: readonly LastClaims[]): Promise<void> },
  { now, log }: { readonly now: () => number; readonly log: Log },
): ClaimsKeeper {
  const waiting = new Map<string, LastClaims>();
  /** What was written lately, so that who signs in every hour with the same groups costs nothing. */
  const written = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  let working = Promise.resolve();

  async function write(): Promise<void> {
    const batch = [...waiting];
    waiting.clear();
    if (batch.length === 0) return;
    try {
      await store.keepClaims(batch.map(([, claims]) => claims));
      for (const [key, claims] of batch) {
        written.delete(key);
        written.set(key, textOf(claims));
      }
      for (const key of written.keys()) {
        if (written.size <= mostRemembered) break;
        written.delete(key);
      }
    } catch (error) {
      log.warn({ err: error, lost: batch.length }, 'last claims of sign-ins could not be kept');
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    working = working.then(write);
    return working;
  }

  return {
    keep(assertion) {
      const claims = lastClaimsOf(assertion, now());
      const key = JSON.stringify([claims.issuer, claims.subject, claims.provider]);
      if (!waiting.has(key) && (waiting.size >= mostWaiting || written.get(key) === textOf(claims))) return;
      waiting.set(key, claims);
      timer ??= setTimeout(() => void flush(), patience).unref();
    },
    flush,
  };
}

function textOf({ groups, roles, emailDomain: domain, emailVerified }: LastClaims): string {
  return JSON.stringify([groups, roles, domain, emailVerified]);
}
