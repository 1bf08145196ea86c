import { Redis } from 'ioredis';
import { openSessionStore } from '../../src/sessions/index.ts';
import { startRedis } from '../support/redis.ts';
import { sessionStoreConformance } from './sessions.ts';

sessionStoreConformance('Redis', async () => {
  const server = await startRedis();
  const redisPrefix = 'test:';
  const admin = new Redis(server.url);
  return {
    url: server.url,
    redisPrefix,
    open: (options) => openSessionStore(server.url, { ...options, redisPrefix }),
    async dump() {
      const lines = await Promise.all(
        (await admin.keys('*')).map(async (key) => {
          const kind = await admin.type(key);
          if (kind === 'hash') return [key, await admin.hgetall(key)];
          if (kind === 'zset') return [key, await admin.zrange(key, '0', '-1')];
          return [key, await admin.get(key)];
        }),
      );
      return JSON.stringify(lines);
    },
    async corrupt(digest, what) {
      await admin.hset(`${redisPrefix}s:${digest}`, what);
    },
    ownClock: true,
    async cleanUp() {
      admin.disconnect();
      await server.stop();
    },
  };
});
