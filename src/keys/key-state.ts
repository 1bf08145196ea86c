import type { KeyUse, StoredKey } from './types.ts';

/** `next` is published and does not sign yet; `current` signs; `previous` is still published; `gone` counts no more. */
export type KeyState = 'next' | 'current' | 'previous' | 'gone';

/** A stored key and what it is at a moment. */
export interface KeyAt extends StoredKey {
  readonly state: KeyState;
  /** Until when it is published, once a later key signs; undefined while none is there to follow it. */
  readonly publishedUntil: number | undefined;
}

/**
 * The keys of one use at the moment `now`, in the order of their generations. States follow from times alone, so that
 * all processes agree on them without telling each other. Pure.
 */
export function keysAt(keys: readonly StoredKey[], use: KeyUse, now: number): readonly KeyAt[] {
  const own = keys.filter((key) => key.use === use).toSorted((a, b) => a.generation - b.generation);
  return own.map((key, index): KeyAt => {
    const followers = own.slice(index + 1);
    const until = followers.map(({ signsFrom, overlap }) => signsFrom + overlap);
    const publishedUntil = until.length === 0 ? undefined : Math.min(...until);
    return { ...key, state: stateOf(key, followers, publishedUntil, now), publishedUntil };
  });
}

function stateOf(
  key: StoredKey,
  followers: readonly StoredKey[],
  publishedUntil: number | undefined,
  now: number,
): KeyState {
  if (publishedUntil !== undefined && publishedUntil <= now) return 'gone';
  if (followers.some((follower) => follower.signsFrom <= now)) return 'previous';
  return key.signsFrom <= now ? 'current' : 'next';
}

/** The keys that are published: next, current and previous, the one that signs first. */
export function published(keys: readonly KeyAt[]): readonly KeyAt[] {
  const order = { current: 0, next: 1, previous: 2, gone: 3 } as const;
  return keys.filter(({ state }) => state !== 'gone').toSorted((a, b) => order[a.state] - order[b.state]);
}
