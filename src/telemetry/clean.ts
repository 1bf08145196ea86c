import { failures } from '../identity/index.ts';
import { masked, maskText } from './mask.ts';

/** Deeper values are left out. */
const deepest = 4;
/** Of a longer list, the first ones are shown. */
const longestList = 50;

/** Names, folded to lower-case letters and digits, whose values are never written. */
const secretNames: ReadonlySet<string> = new Set([
  'assertion',
  'authorization',
  'clientassertion',
  'clientsecret',
  'codeverifier',
  'cookie',
  'credentials',
  'idtokenhint',
  'logouttoken',
  'nonce',
  'passphrase',
  'password',
  'privatekey',
  'privatekeypem',
  'proxyauthorization',
  'relaystate',
  'samlart',
  'samlrequest',
  'samlresponse',
  'setcookie',
  'xdoorwardassertion',
]);

/**
 * The fields of a log line as they may be written: values of secret names are masked at every depth, texts are searched
 * for tokens and assertions, errors become plain objects with their causes. Total: reads no getter of an error twice,
 * follows no circle, throws for nothing.
 */
export function clean(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return cleanMap(fields, 0, new Set());
}

function cleanMap(fields: object, depth: number, above: ReadonlySet<object>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const below = new Set(above).add(fields);
  for (const [key, value] of entriesOf(fields)) {
    // A field of this name would be taken for the prototype.
    if (key === '__proto__') continue;
    result[key] = isSecret(key, value) ? masked : cleanValue(value, depth + 1, below);
  }
  return result;
}

function cleanValue(value: unknown, depth: number, above: ReadonlySet<object>): unknown {
  if (typeof value === 'string') return maskText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (above.has(value)) return '[circular]';
  if (value instanceof Error) return cleanError(value, depth, above);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return '[bytes]';
  if (depth > deepest) return '[deep]';
  const below = new Set(above).add(value);
  if (value instanceof Set || value instanceof Map) return cleanValue([...value], depth, below);
  if (Array.isArray(value)) {
    const items = value.slice(0, longestList).map((item: unknown) => cleanValue(item, depth + 1, below));
    return value.length > longestList ? [...items, `… ${value.length - longestList} more`] : items;
  }
  return cleanMap(value, depth, above);
}

/** Type, message, code, a Failure's private detail, and the causes below; nothing else that a library hung on it. */
function cleanError(error: Error, depth: number, above: ReadonlySet<object>): unknown {
  if (depth > deepest + 2) return '[deep]';
  const below = new Set(above).add(error);
  const of = (key: string): unknown => {
    try {
      return (error as unknown as Record<string, unknown>)[key];
    } catch {
      return undefined;
    }
  };
  const word = (key: string) => {
    const value = of(key);
    if (typeof value === 'number') return value;
    return typeof value === 'string' ? maskText(value) : undefined;
  };
  const cause = of('cause');
  const errors = of('errors');
  return {
    type: word('name'),
    message: word('message'),
    code: word('code'),
    detail: word('detail'),
    status: word('status'),
    stack: word('stack'),
    ...(cause !== undefined && { cause: cleanValue(cause, depth + 1, below) }),
    ...(Array.isArray(errors) && {
      errors: errors.slice(0, 5).map((item: unknown) => cleanValue(item, depth + 1, below)),
    }),
  };
}

function isSecret(key: string, value: unknown): boolean {
  if (value === undefined || value === null || typeof value === 'boolean' || typeof value === 'number')
    return false;
  const name = key.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  if (name === 'code') return !isErrorCode(value);
  return secretNames.has(name) || /(secret|token|password|apikey)s?$/.test(name);
}

/** `code` is an authorization code, unless it is one of ours, of the system (`ENOENT`) or of Node (`ERR_…`). */
function isErrorCode(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    (Object.hasOwn(failures, value) || /^E[A-Z]{2,19}$|^ERR_[A-Z_]{1,40}$/.test(value))
  );
}

function entriesOf(value: object): [string, unknown][] {
  try {
    return Object.entries(value);
  } catch {
    return [];
  }
}
