import { ScimError } from '../error.ts';

/** A request that has to wait; for `Retry-After`, in seconds. */
export class TooManyRequests extends ScimError {
  readonly retryAfter: number;

  constructor(seconds: number) {
    super(429, `Too many requests; try again in ${seconds} seconds.`);
    this.retryAfter = seconds;
  }
}

/** Requests that a process takes from the shared counter at once: asking it for each would cost a write each. */
const lease = 25;
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
  const leases = new Map<string, { left: number; until: number }>();
  const asking = new Map<string, Promise<void>>();

  async function ask(provider: string, perSecond: number): Promise<void> {
    const { count, resetsAt } = await deps.increment('scim', provider, window);
    const isOver = (count - 1) * lease >= (perSecond * window) / 1_000;
    leases.set(provider, { left: isOver ? 0 : lease, until: resetsAt });
  }

  return async (provider, perSecond) => {
    for (;;) {
      const held = leases.get(provider);
      if (held && held.until > deps.now()) {
        if (held.left === 0)
          throw new TooManyRequests(Math.max(1, Math.ceil((held.until - deps.now()) / 1_000)));
        held.left -= 1;
        if (held.left === 0) leases.delete(provider);
        return;
      }
      // One question at a time: those who come meanwhile share its answer.
      const asked = asking.get(provider) ?? ask(provider, perSecond).finally(() => asking.delete(provider));
      asking.set(provider, asked);
      await asked;
    }
  };
}
