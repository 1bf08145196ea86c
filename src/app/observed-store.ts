import { Failure } from '../identity/index.ts';

/** Told of every call of a store that gives a promise. */
export interface StoreObserver {
  /** Runs the call; what it gives is handed on as it is. */
  around<T>(operation: string, call: () => T): T;
  /** `failed`: the store did not do its work. A refusal with a reason of its own is an answer. */
  done(operation: string, milliseconds: number, failed: boolean): void;
}

/** Not work of the store: how caches learn what changed is asked on every request, and closing is nobody's wait. */
const leftAlone: ReadonlySet<string> = new Set(['freshness', 'close']);

/**
 * The store as a plain object whose calls are observed; stores within it too, as `scim.tokens.find`. Arguments, results and
 * errors stay what they are, and every call begins at once, as it would without an observer.
 */
export function observedStore<Store extends object>(
  store: Store,
  observer: StoreObserver,
  prefix = '',
): Store {
  const result: Record<string, unknown> = {};
  for (let level: object = store; level !== Object.prototype;) {
    for (const name of Object.getOwnPropertyNames(level)) {
      if (Object.hasOwn(result, name) || name === 'constructor') continue;
      const value: unknown = Reflect.get(store, name);
      if (typeof value === 'function') {
        const call = value.bind(store) as Call;
        result[name] = leftAlone.has(name) ? call : observed(call, `${prefix}${name}`, observer);
      } else {
        const isStore = isPlainObject(value) && !leftAlone.has(name);
        result[name] = isStore ? observedStore(value, observer, `${prefix}${name}.`) : value;
      }
    }
    level = Object.getPrototypeOf(level) as object;
  }
  return result as Store;
}

type Call = (...args: readonly unknown[]) => unknown;

function observed(call: Call, operation: string, observer: StoreObserver): Call {
  return (...args) => {
    const began = performance.now();
    const result = observer.around(operation, () => call(...args));
    if (result instanceof Promise) {
      const note = (failed: boolean): void => observer.done(operation, performance.now() - began, failed);
      result.then(
        () => note(false),
        (error: unknown) => note(!(error instanceof Failure) || error.status >= 500),
      );
    }
    return result;
  };
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
