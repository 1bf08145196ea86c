import { ScimError } from '../error.ts';

/** A request that has to wait; for `Retry-After`, in seconds. */
export class TooManyRequests extends ScimError {
  readonly retryAfter: number;

  constructor(seconds: number) {
    super(429, `Too many requests; try again in ${seconds} seconds.`);
    this.retryAfter = seconds;
  }
}

/** What a process takes from the shared counter at once is this part of all: asking for each request would cost a write each. */
const leases = 40;
/** Milliseconds in which requests are counted. */
const window = 10_000;

/**
 * Counts the requests of each provider over all processes, in leases.
 * @throws TooManyRequests beyond the provider's `requestsPerSecond`
 */
export function createRateLimit(deps: {
  readonly increment: (
    kind: string,
    key: string,
    window: number,
  ) => Promise<{ count: number; resetsAt: number }>;
  readonly now: () => number;
}): (provider: string, perSecond: number) => Promise<void> {
  const held = new Map<string, { left: number; until: number }>();
  const asking = new Map<string, Promise<void>>();

  async function ask(provider: string, perSecond: number): Promise<void> {
    const { count, resetsAt } = await deps.increment('scim', provider, window);
    const all = (perSecond * window) / 1_000;
    const lease = Math.max(1, Math.floor(all / leases));
    const isOver = (count - 1) * lease >= all;
    held.set(provider, { left: isOver ? 0 : lease, until: resetsAt });
  }

  return async (provider, perSecond) => {
    for (;;) {
      const own = held.get(provider);
      if (own && own.until > deps.now()) {
        if (own.left === 0)
          throw new TooManyRequests(Math.max(1, Math.ceil((own.until - deps.now()) / 1_000)));
        own.left -= 1;
        if (own.left === 0) held.delete(provider);
        return;
      }
      // One question at a time: those who come meanwhile share its answer.
      const asked = asking.get(provider) ?? ask(provider, perSecond).finally(() => asking.delete(provider));
      asking.set(provider, asked);
      await asked;
    }
  };
}
