import { Cluster, Redis } from 'ioredis';
import { openSessionStore } from '../../src/sessions/index.ts';
import { startRedis } from '../support/redis.ts';
import { startRedisCluster, startRedisSentinel, startRedisTls } from '../support/redis-topologies.ts';
import { testCertificates } from '../support/certificates.ts';
import { sessionStoreConformance, type SessionStoreUnderTest } from './sessions.ts';

const redisPrefix = 'test:';

/** The store at this address; `admins` look into every server that may hold a part of it. */
function underTest(
  url: string,
  admins: readonly Redis[],
  writer: Redis | Cluster | undefined,
  stop: () => Promise<void>,
): SessionStoreUnderTest {
  const [first] = admins;
  return {
    url,
    redisPrefix,
    open: (options) => openSessionStore(url, { ...options, redisPrefix }),
    async dump() {
      const lines = await Promise.all(admins.map(dumpOf));
      return JSON.stringify(lines.flat());
    },
    async corrupt(digest, what) {
      await (writer ?? first)?.hset(`${redisPrefix}s:${digest}`, what);
    },
    ownClock: true,
    async cleanUp() {
      for (const admin of admins) admin.disconnect();
      writer?.disconnect();
      await stop();
    },
  };
}

async function dumpOf(admin: Redis): Promise<unknown[]> {
  return Promise.all(
    (await admin.keys('*')).map(async (key) => {
      const kind = await admin.type(key);
      if (kind === 'hash') return [key, await admin.hgetall(key)];
      if (kind === 'zset') return [key, await admin.zrange(key, '0', '-1')];
      return [key, await admin.get(key)];
    }),
  );
}

sessionStoreConformance('Redis', async () => {
  const server = await startRedis();
  return underTest(server.url, [new Redis(server.url)], undefined, server.stop);
});

sessionStoreConformance('a Redis cluster', async () => {
  const { url, nodes, stop } = await startRedisCluster();
  const hosts = nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
  return underTest(
    url,
    hosts.map((each) => new Redis(each)),
    new Cluster(hosts),
    stop,
  );
});

sessionStoreConformance('Redis behind sentinels', async () => {
  const set = await startRedisSentinel();
  return underTest(set.url, [new Redis(set.primary().port)], undefined, set.stop);
});

sessionStoreConformance('Redis with TLS and a user of its own', async () => {
  const files = await testCertificates();
  const server = await startRedisTls(files, [
    'default off',
    // The rights that docs/several-machines.md gives, and no more; the test looks with others.
    'doorward on >a:secret/word ~test:* &test:* +@all -@admin -@dangerous +info',
    'inspector on >another-secret ~* &* +@all',
  ]);
  const url = `rediss://doorward:${encodeURIComponent('a:secret/word')}@localhost:${server.port}?ca=${files.ca}`;
  const admin = new Redis(server.port, 'localhost', {
    username: 'inspector',
    password: 'another-secret',
    enableReadyCheck: false,
    tls: { ca: files.caText },
  });
  return underTest(url, [admin], undefined, async () => {
    await server.stop();
    await files.remove();
  });
});
