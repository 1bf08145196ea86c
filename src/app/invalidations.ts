import type { Freshness } from '../sessions/index.ts';

/** What a front is handed of a store: everything the store has, with invalidations that end with the front. */
export interface Subscription<Store> {
  readonly store: Store;
  /** The front is gone: tell it nothing any more, and let it go. */
  end(): void;
}

/** The store as a plain object: every method, its own or of its class, bound to it. */
function bound<Store extends object>(store: Store): Store {
  const methods = new Map<string, unknown>();
  for (
    let level: object = store;
    level !== Object.prototype;
    level = Object.getPrototypeOf(level) as object
  ) {
    for (const name of Object.getOwnPropertyNames(level)) {
      const value: unknown = Reflect.get(store, name);
      if (name !== 'constructor' && !methods.has(name)) {
        methods.set(name, typeof value === 'function' ? value.bind(store) : value);
      }
    }
  }
  return Object.fromEntries(methods) as Store;
}

type Listener = (key: string | undefined) => void;

/**
 * Lets several fronts, one after the other, listen to one store. A store never forgets a listener; a front that was
 * replaced by a reload must be forgotten, with all that it remembers.
 */
export function subscribable<Store extends { readonly freshness: Freshness }>(
  store: Store,
): () => Subscription<Store> {
  const listeners = new Set<Listener>();
  store.freshness.onInvalidated((key) => {
    for (const listener of listeners) listener(key);
  });
  return () => {
    const own: Listener[] = [];
    const freshness: Freshness = {
      check: () => store.freshness.check(),
      onInvalidated(listener) {
        own.push(listener);
        listeners.add(listener);
      },
    };
    return {
      store: { ...bound(store), freshness },
      end() {
        for (const listener of own) listeners.delete(listener);
      },
    };
  };
}
