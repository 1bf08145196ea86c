import { expect, it } from '@jest/globals';
import { observedStore } from '../../../src/app/observed-store.ts';
import { Failure } from '../../../src/identity/index.ts';

class Base {
  #rows = new Map([['a', 1]]);
  async find(key: string): Promise<number | undefined> {
    return this.#rows.get(key);
  }
}
class Store extends Base {
  readonly freshness = { check: () => 'trusted' };
  readonly tokens = {
    async revoke(): Promise<void> {
      throw new Failure('store_unavailable');
    },
    async refuse(): Promise<void> {
      throw new Failure('not_found');
    },
  };
  count(): number {
    return 3;
  }
  async close(): Promise<void> {}
}

it('a store that is observed is what it was, and each promise is told of by its name, also of stores within it', async () => {
  const told: [string, boolean][] = [];
  const original = new Store();
  const store = observedStore(original, {
    around: (_operation, call) => call(),
    done: (operation, _took, failed) => void told.push([operation, failed]),
  });
  expect(await store.find('a')).toBe(1);
  expect(store.count()).toBe(3);
  await expect(store.tokens.revoke()).rejects.toMatchObject({ code: 'store_unavailable' });
  await expect(store.tokens.refuse()).rejects.toMatchObject({ code: 'not_found' });
  await store.close();
  expect(told).toEqual([
    ['find', false],
    ['tokens.revoke', true],
    ['tokens.refuse', false],
  ]);
  expect(store.freshness).toBe(original.freshness);
});
