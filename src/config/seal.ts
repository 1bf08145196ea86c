import { inspect } from 'node:util';

/** Keys of a Config whose values are secrets. */
const secretKeys: ReadonlySet<string> = new Set(['secrets', 'secret', 'privateKeyPem']);
/** Keys of a Config whose values are addresses that may hold a password. */
const addressKeys: ReadonlySet<string> = new Set(['directory', 'sessions', 'url']);

/**
 * A Config (or a part of one) as it may be printed: secrets, private keys and passwords in addresses are replaced by
 * `[secret]`. For debugging output.
 */
export function redactedConfig<T>(value: T): T {
  return redact(value) as T;
}

function redact(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(redact);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (secretKeys.has(key)) return [key, Array.isArray(item) ? item.map(() => '[secret]') : '[secret]'];
      return [key, addressKeys.has(key) && typeof item === 'string' ? withoutPassword(item) : redact(item)];
    }),
  );
}

/** `redis://user:password@host` and `?password=…` without what follows the user name. */
function withoutPassword(address: string): string {
  return address
    .replace(/^([a-z+]+:\/\/[^:@/]*):[^/]*@/i, '$1:[secret]@')
    .replaceAll(/([?&](?:(?:sentinel)?password|passwd|pwd|token)=)[^&]*/gi, '$1[secret]');
}

/**
 * Freezes a Config in depth. Whatever prints it (console, `JSON.stringify`, a log of an object that holds it) gets the
 * redacted form: the values themselves can only be asked for by name.
 */
export function seal<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const keys = Object.keys(value);
  for (const key of keys) seal((value as Record<string, unknown>)[key]);
  if (keys.some((key) => secretKeys.has(key) || addressKeys.has(key))) {
    const hidden = { value: () => redact(value), enumerable: false };
    Object.defineProperties(value, { toJSON: hidden, [inspect.custom]: hidden });
  }
  return Object.freeze(value);
}
