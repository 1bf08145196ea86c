import type { Log } from '../identity/index.ts';
import { parseData, parseLogin } from './login-json.ts';
import type { StoredSession } from './types.ts';

/** One session as either store holds it: times as numbers, the rest as JSON text. */
export interface StoredFields {
  readonly digest: string;
  readonly login: string | null;
  readonly data: string;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly idleExpiresAt: number;
  readonly absoluteExpiresAt: number;
}

/** How many corrupt sessions are remembered, so that each is logged once. */
const rememberedCorrupt = 1000;

/**
 * Makes the reader of stored sessions: what cannot be read (bad JSON, wrong types) is nobody's session, so the answer is
 * undefined, and it is logged once per session and process.
 */
export function storedReader(log: Log): (fields: StoredFields) => StoredSession | undefined {
  const reported = new Set<string>();
  return (fields) => {
    try {
      return readStored(fields);
    } catch (error) {
      if (!reported.has(fields.digest)) {
        if (reported.size >= rememberedCorrupt) reported.clear();
        reported.add(fields.digest);
        log.error(
          { session: fields.digest, reason: error instanceof SyntaxError ? 'not JSON' : String(error) },
          'a stored session cannot be read and is treated as signed out',
        );
      }
      return undefined;
    }
  };
}

function readStored(fields: StoredFields): StoredSession {
  const { createdAt, lastSeenAt, idleExpiresAt, absoluteExpiresAt } = fields;
  for (const time of [createdAt, lastSeenAt, idleExpiresAt, absoluteExpiresAt])
    if (typeof time !== 'number' || !Number.isFinite(time)) throw new Error('a time is not a number');
  const login = fields.login === null ? undefined : parseLogin(fields.login);
  parseData(fields.data);
  return {
    record: { digest: fields.digest, login, createdAt, lastSeenAt, idleExpiresAt, absoluteExpiresAt },
    data: fields.data,
  };
}
