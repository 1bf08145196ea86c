import type { Log } from '../identity/index.ts';

/** For how long remembered answers may be used while a store does not answer (`state.grace`, 0: never). */
export interface GracePeriod {
  /** The store vouches, at this moment, for everything remembered of it. */
  vouched(): void;
  /**
   * Asks the store. Gives `remembered` when it does not answer soon and what is remembered was confirmed recently enough;
   * otherwise rejects as the store does.
   */
  ask<T>(remembered: Confirmed | undefined, read: () => Promise<T>): Promise<T | 'remembered'>;
}

/** Something remembered, and when the store last said it, on the clock handed in. */
export interface Confirmed {
  readonly confirmedAt: number;
}

interface Options {
  /** Milliseconds. */
  readonly grace: number;
  /** Name of the store, for the log. */
  readonly store: string;
  /** A clock that never goes back: setting the time of day must not make the period longer. Milliseconds. */
  readonly elapsed: () => number;
  readonly log: Log;
}

/** A store that has a remembered answer to fall back on is not waited for longer than this, milliseconds. */
const soon = 500;
/** While it does not answer it is asked about once in so long; the other requests are not kept waiting. */
const between = 1_000;
const logEvery = 10_000;

/** The grace period of one store. Its use is logged when it begins, every ten seconds, and when it is over. */
export function gracePeriod({ grace, store, elapsed, log }: Options): GracePeriod {
  let vouchedAt = Number.NEGATIVE_INFINITY;
  let failedAt = Number.NEGATIVE_INFINITY;
  let loggedAt = Number.NEGATIVE_INFINITY;
  let used = 0;

  function covers({ confirmedAt }: Confirmed): boolean {
    return elapsed() - Math.max(confirmedAt, vouchedAt) <= grace;
  }

  function use(): 'remembered' {
    used += 1;
    const at = elapsed();
    if (at - loggedAt >= logEvery) {
      loggedAt = at;
      log.warn({ store, grace, used }, 'a store does not answer: remembered answers are used');
    }
    return 'remembered';
  }

  function answers(): void {
    failedAt = Number.NEGATIVE_INFINITY;
    if (used === 0) return;
    log.info({ store, used }, 'the store answers again: remembered answers are not needed any more');
    used = 0;
    loggedAt = Number.NEGATIVE_INFINITY;
  }

  return {
    vouched() {
      // Asked for every request: without a grace period nobody wants to know.
      if (grace > 0) vouchedAt = elapsed();
      if (used > 0) answers();
    },
    async ask(remembered, read) {
      if (grace <= 0 || remembered === undefined || !covers(remembered)) return read();
      if (elapsed() - failedAt < between) return use();
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(() => late.reject(new Error('late')), soon);
      try {
        const answer = await Promise.race([read(), late.promise]);
        answers();
        return answer;
      } catch (error) {
        failedAt = elapsed();
        if (covers(remembered)) return use();
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
