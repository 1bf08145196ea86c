import { createHash } from 'node:crypto';
import type { RedisClient } from './names.ts';

/** A step that Redis carries out as one: no other command comes in between. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

function script(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/** Runs a script by its digest; sends its text only when the server does not know it (a restart, a new replica). */
export async function run(
  client: RedisClient,
  { lua, sha }: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await client.evalsha(sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return client.eval(lua, keys.length, ...keys, ...args);
  }
}

/**
 * A session is one hash: `login` ('' for none), `data`, `created`, `seen`, `idle`, `abs`; a tombstone has `ended` only.
 * Every script on it takes the caller's clock as its first argument, so that all processes judge expiry alike, and works
 * on this one key, so that it fits a cluster. Numbers are written with %.0f: Lua would make 1.7e+12 of them.
 */
const session = `
local key, now = KEYS[1], tonumber(ARGV[1])
local kind = redis.call('TYPE', key).ok
local had = kind == 'hash' and redis.call('HMGET', key, 'login', 'data', 'created', 'seen', 'idle', 'abs', 'ended') or {}
local seen, idle, abs = tonumber(had[4] or ''), tonumber(had[5] or ''), tonumber(had[6] or '')
local live = kind == 'hash' and not had[7] and seen and idle and abs and idle > now and abs > now
local function whole(n) return string.format('%.0f', n) end
local function expire(at) redis.call('PEXPIRE', key, whole(math.max(1, at - now))) end
`;

/**
 * Arguments: now, fresh (0 or 1), login, data, created, seen, idle, abs. 1 when written, 2 when written over a login, which
 * somebody may remember.
 * A later write brings the absolute expiry nearer, never further away; the dead stay dead.
 */
export const writeSession = script(`${session}
local newSeen, newIdle, newAbs = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local written = 1
if live then
  if had[1] ~= '' then written = 2 end
  newSeen, newIdle, newAbs = math.max(seen, newSeen), math.max(idle, newIdle), math.min(abs, newAbs)
elseif kind == 'none' and ARGV[2] == '1' then
  redis.call('HSET', key, 'created', ARGV[5])
else
  return 0
end
redis.call('HSET', key, 'login', ARGV[3], 'data', ARGV[4], 'seen', whole(newSeen), 'idle', whole(newIdle), 'abs', whole(newAbs))
expire(math.min(newIdle, newAbs))
return written`);

/** Arguments: now, the refresh token that it must hold, login. 1 when written. */
export const renewSession = script(`${session}
if not live or had[1] == '' then return 0 end
local readable, login = pcall(cjson.decode, had[1])
if not readable or type(login) ~= 'table' or type(login.idp) ~= 'table' then return 0 end
if login.idp.refreshToken ~= ARGV[2] then return 0 end
redis.call('HSET', key, 'login', ARGV[3])
return 1`);

/** Arguments: now, seen, idle. 1 when the session lives. */
export const touchSession = script(`${session}
if not live then return 0 end
local newIdle = math.max(idle, tonumber(ARGV[3]))
redis.call('HSET', key, 'seen', whole(math.max(seen, tonumber(ARGV[2]))), 'idle', whole(newIdle))
expire(math.min(newIdle, abs))
return 1`);

/**
 * Arguments: now, and how long a tombstone lasts whose absolute expiry cannot be read. Gives the fields of a session that
 * was alive, otherwise nothing.
 */
export const endSession = script(`${session}
if kind == 'none' or had[7] then return false end
redis.call('DEL', key)
if abs and abs <= now then return false end
redis.call('HSET', key, 'ended', ARGV[1])
expire(abs or now + tonumber(ARGV[2]))
if not live then return false end
return had`);

/** Adds a digest to an index. Arguments: now, digest, when it may be forgotten. Forgets what is due, the index included. */
export const addToIndex = script(`
local now, due = tonumber(ARGV[1]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[2])
if redis.call('PTTL', KEYS[1]) < due - now then
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(1, due - now)))
end
return 1`);

/** Adds to the list of all sessions. Keys: by creation, by expiry. Arguments: now, digest, created, when to be forgotten. */
export const addToAll = script(`
local over = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, 100)
if #over > 0 then
  redis.call('ZREM', KEYS[1], unpack(over))
  redis.call('ZREM', KEYS[2], unpack(over))
end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[2])
return 1`);

/** Counts in a fixed window. Argument: the window. Gives the count and what is left of the window. */
export const countInWindow = script(`
local count, left = redis.call('INCR', KEYS[1]), redis.call('PTTL', KEYS[1])
if left < 0 then
  left = tonumber(ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
return { count, left }`);

/**
 * Tells a change. Keys: the newest change, the processes. Arguments: its id, the channel, the digests it is about. Gives what
 * was newest before, and the processes with their beats.
 */
export const announceChange = script(`
local before = redis.call('GET', KEYS[1]) or ''
redis.call('SET', KEYS[1], ARGV[1])
redis.call('PUBLISH', ARGV[2], before .. ' ' .. ARGV[1] .. ' ' .. ARGV[3])
return { before, redis.call('HGETALL', KEYS[2]) }`);

/**
 * Keys as above. Arguments: the process, its beat, the name of the newest change where there is none. Gives the newest
 * change, and the beat that the store had of this process.
 */
export const beat = script(`
local head = redis.call('GET', KEYS[1])
if not head then
  head = ARGV[3]
  redis.call('SET', KEYS[1], head)
end
local before = redis.call('HGET', KEYS[2], ARGV[1]) or ''
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
return { head, before }`);

/** Key: the processes. Arguments: process and beat, in pairs: takes those out that have not been heard of since. */
export const strikeOff = script(`
local struck = 0
for i = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[i + 1] then struck = struck + redis.call('HDEL', KEYS[1], ARGV[i]) end
end
return struck`);
