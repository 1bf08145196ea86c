import { createHash } from 'node:crypto';
import type { Config } from '../config/index.ts';
import { Failure } from '../identity/index.ts';
import type { TransientStore } from '../sessions/index.ts';
import { addressGroup } from './client-address.ts';

/** Limits of this room, counted in the shared store. Each throws a Failure when one is passed, or when it cannot count. */
export interface Limits {
  /** Counts one step (`start` or `answer`) of a login. Throws Failure('too_many_requests') with Retry-After. */
  attempt(step: 'start' | 'answer', provider: string, address: string | undefined): Promise<void>;
  /**
   * Counts a login that succeeded. Throws Failure('redirect_loop') when this browser has signed in for the same page again
   * and again within seconds: the application does not see the session, and only sends the person back to us.
   */
  succeeded(browser: string | undefined, returnTo: string): Promise<void>;
}

const minute = 60_000;
/** More than this many successful logins of one browser for one page … */
const loopCount = 10;
/** … within this time are no person's doing, nor ten tabs'. */
const loopWindow = 30_000;

export function createLimits(
  transient: Pick<TransientStore, 'increment'>,
  login: Config['login'],
  now: () => number,
): Limits {
  const count = async (kind: string, key: string, most: number, detail: string): Promise<void> => {
    const { count: reached, resetsAt } = await transient.increment(kind, key, minute);
    if (reached <= most) return;
    throw new Failure('too_many_requests', {
      detail,
      retryAfter: Math.max(1, Math.ceil((resetsAt - now()) / 1000)),
    });
  };
  return {
    async attempt(step, provider, address) {
      const group = addressGroup(address ?? 'unknown');
      await count(`web.${step}.address`, group, login.maxPerMinutePerAddress, 'web.rate_address');
      await count(`web.${step}.provider`, provider, login.maxPerMinutePerProvider, 'web.rate_provider');
    },
    async succeeded(browser, returnTo) {
      if (browser === undefined) return;
      const page = returnTo.replace(/[?#].*$/s, '');
      const key = createHash('sha256').update(`${browser}\n${page}`).digest('base64url');
      const { count: reached } = await transient.increment('web.loop', key, loopWindow);
      if (reached > loopCount) throw new Failure('redirect_loop', { detail: 'web.loop' });
    },
  };
}
