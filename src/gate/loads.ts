/**
 * What is being read from a store at this moment. An invalidation that comes in while its key is being read would
 * otherwise be missed: the answer under way may be older than the change.
 */
export interface Loads {
  /** Reads `key`, again when it was invalidated meanwhile. `settled` is false when it would not hold still. */
  read<T>(key: string, get: () => Promise<T>): Promise<{ readonly value: T; readonly settled: boolean }>;
  invalidate(key: string | undefined): void;
}

interface Load {
  readonly key: string;
  stale: boolean;
}

const attempts = 3;

/** Keeps track of the reads of one store. */
export function trackLoads(): Loads {
  const under = new Set<Load>();
  return {
    async read(key, get) {
      const load: Load = { key, stale: false };
      under.add(load);
      try {
        let value = await get();
        for (let attempt = 1; load.stale && attempt < attempts; attempt += 1) {
          load.stale = false;
          value = await get();
        }
        return { value, settled: !load.stale };
      } finally {
        under.delete(load);
      }
    },
    invalidate(key) {
      for (const load of under) if (key === undefined || load.key === key) load.stale = true;
    },
  };
}
