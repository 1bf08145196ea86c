import { digestOf } from '../digest.ts';
import type { TransientStore } from '../types.ts';
import { ask } from './ask.ts';
import type { RedisClient } from './names.ts';
import { countInWindow, run } from './scripts.ts';

/** Short-lived facts in Redis, expired by its own clock. One command or script each, so every step is atomic. */
export function redisTransient(client: RedisClient, prefix: string, now: () => number): TransientStore {
  const keyOf = (kind: string, key: string) => `${prefix}t:${kind}:${digestOf(key)}`;
  return {
    put: (kind, key, value, ttl) =>
      ask(async () => void (await client.set(keyOf(kind, key), value, 'PX', Math.ceil(ttl)))),
    get: (kind, key) => ask(async () => (await client.get(keyOf(kind, key))) ?? undefined),
    take: (kind, key) => ask(async () => (await client.getdel(keyOf(kind, key))) ?? undefined),
    addOnce: (kind, key, ttl) =>
      ask(async () => (await client.set(keyOf(kind, key), '1', 'PX', Math.ceil(ttl), 'NX')) === 'OK'),
    increment: (kind, key, window) =>
      ask(async () => {
        const answer = await run(client, countInWindow, [keyOf(kind, key)], [Math.ceil(window)]);
        const [count, left] = Array.isArray(answer) ? answer.map(Number) : [];
        if (count === undefined || left === undefined || Number.isNaN(count + left))
          throw new Error('Redis counted nothing');
        return { count, resetsAt: now() + left };
      }),
  };
}
