import { describe, expect, it } from '@jest/globals';
import { array, assert, integer, property } from 'fast-check';
import { published, type StoredKey } from '../../../src/keys/index.ts';
import { keysAt } from '../../../src/keys/key-state.ts';

const key = (generation: number, signsFrom: number, overlap = 100): StoredKey => ({
  use: 'assertion',
  generation,
  id: `key-${generation}`,
  publicPart: '',
  sealed: '',
  createdAt: 0,
  signsFrom,
  overlap,
});
const states = (keys: readonly StoredKey[], now: number) =>
  keysAt(keys, 'assertion', now).map(({ state }) => state);

describe('a key', () => {
  it('is next, then current, then previous, then gone', () => {
    const keys = [key(1, 0), key(2, 1000)];
    expect(states(keys, 999)).toEqual(['current', 'next']);
    expect(states(keys, 1000)).toEqual(['previous', 'current']);
    expect(states(keys, 1099)).toEqual(['previous', 'current']);
    expect(states(keys, 1100)).toEqual(['gone', 'current']);
  });

  it('of another use is not among them', () => {
    expect(keysAt([{ ...key(1, 0), use: 'saml-signing' }], 'assertion', 5)).toEqual([]);
  });

  it('that signs is published first', () => {
    const keys = keysAt([key(1, 0), key(2, 10), key(3, 1000)], 'assertion', 50);
    expect(published(keys).map(({ generation }) => generation)).toEqual([2, 3, 1]);
  });

  it('signs alone, and is published before it signs and after, whatever the rotations', () => {
    const gaps = array(integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 6 });
    assert(
      property(gaps, integer({ min: 0, max: 7000 }), (steps, now) => {
        let at = 0;
        const keys = [key(1, 0), ...steps.map((gap, index) => key(index + 2, (at += gap)))];
        const found = keysAt(keys, 'assertion', now);
        expect(found.filter(({ state }) => state === 'current')).toHaveLength(1);
        for (const each of found) {
          const last = keys.filter(({ signsFrom }) => signsFrom <= now).at(-1);
          if (each.generation === last?.generation) expect(each.state).toBe('current');
          // What signed less than the overlap ago can still be verified.
          const follower = keys[each.generation];
          if (follower !== undefined && now < follower.signsFrom + follower.overlap)
            expect(each.state).not.toBe('gone');
        }
      }),
    );
  });
});
