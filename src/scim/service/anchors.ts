/** Places that are remembered, over all providers. */
const most = 2_000;

/**
 * Where a page ended, so that the next one begins by key and not by counting: page 900 costs what page 1 does, and who goes
 * through all pages misses nobody although somebody before them was deleted meanwhile.
 */
export function createAnchors(lifetime: number, now: () => number) {
  const places = new Map<string, { readonly id: string; readonly until: number }>();
  return {
    /** The id after which the resource at this offset comes, if it is known. */
    find(list: string, offset: number): string | undefined {
      const key = `${list} ${offset}`;
      const place = places.get(key);
      if (!place) return undefined;
      if (place.until >= now()) return place.id;
      places.delete(key);
      return undefined;
    },
    remember(list: string, offset: number, id: string): void {
      const key = `${list} ${offset}`;
      places.delete(key);
      places.set(key, { id, until: now() + lifetime });
      const [oldest] = places.keys();
      if (places.size > most && oldest !== undefined) places.delete(oldest);
    },
  };
}
