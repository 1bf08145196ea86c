import type { FoundGroup } from './types.ts';

/** Names of groups by their ids, kept for a while: a login asks only for those it has not seen. */
export interface Labels {
  /** Ids of which nothing fresh is known. */
  unknown(ids: readonly string[]): readonly string[];
  /** What the API said of these ids; those that it left out have no name. */
  learn(asked: readonly string[], found: readonly FoundGroup[]): void;
  of(id: string): string | undefined;
}

const freshFor = 60 * 60_000;
const most = 20_000;

export function createLabels(now: () => number): Labels {
  const held = new Map<string, { readonly label: string | undefined; readonly at: number }>();
  return {
    unknown: (ids) => ids.filter((id) => now() - (held.get(id)?.at ?? Number.NEGATIVE_INFINITY) >= freshFor),
    learn(asked, found) {
      const labels = new Map(found.map(({ id, label }) => [id.toLowerCase(), label]));
      for (const id of asked) {
        held.delete(id);
        held.set(id, { label: labels.get(id.toLowerCase()), at: now() });
      }
      // The oldest go first: a Map keeps the order of insertion.
      for (const id of held.keys()) {
        if (held.size <= most) break;
        held.delete(id);
      }
    },
    of: (id) => held.get(id)?.label,
  };
}
