import type { ScimActivity, ScimActivityStore } from '../../directory/index.ts';

/** How often what happened is written down, milliseconds. */
const interval = 5_000;

/** Counts what clients do, and writes it down now and then: a write for each request would cost more than most requests. */
export function createActivity(
  store: Pick<ScimActivityStore, 'note'>,
  now: () => number,
  failed: (error: unknown) => void,
) {
  let pending = new Map<string, ScimActivity>();

  function note(provider: string, what: string, detail?: string): void {
    const key = `${provider} ${what}`;
    const known = pending.get(key);
    pending.set(key, { provider, what, total: (known?.total ?? 0) + 1, lastAt: now(), detail });
  }

  async function flush(): Promise<void> {
    if (pending.size === 0) return;
    const written = [...pending.values()];
    pending = new Map();
    try {
      await store.note(written);
    } catch (error) {
      failed(error);
    }
  }

  const timer = setInterval(() => void flush(), interval);
  timer.unref();
  return {
    served(provider: string, what: string): void {
      note(provider, 'request');
      note(provider, what);
    },
    refused(provider: string, status: number, kind: string | undefined, detail: string): void {
      note(provider, 'request');
      note(provider, `error ${status}${kind === undefined ? '' : ` ${kind}`}`, detail);
      note(provider, 'refused', detail);
    },
    flush,
    async close(): Promise<void> {
      clearInterval(timer);
      await flush();
    },
  };
}

export type Activity = ReturnType<typeof createActivity>;
