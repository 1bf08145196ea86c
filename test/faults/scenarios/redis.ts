import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';
import { onStage } from '../stage.ts';
import { onCluster, onSentinels, onServers } from '../topologies.ts';

/** Redis, in every form. */
export const redisScenarios: readonly Scenario[] = [
  {
    id: 'redis-killed',
    title: 'Redis is killed, and started again after 3 s (append-only file)',
    seen: '503 while it is away; then everybody is signed in as before',
    async run(tell) {
      const world = await onServers();
      try {
        return await onStage(
          world.fleet,
          { provider: 'op', scimToken: world.scimToken, tell },
          async (stage) => {
            await stage.fault(() => world.redis.kill());
            await stage.steady(3_000);
            await stage.over(() => world.redis.restart());
          },
        );
      } finally {
        await world.stop();
      }
    },
  },
  {
    id: 'redis-paused',
    title: 'Redis is held for 4 s (SIGSTOP): connections stay, nothing answers',
    seen: '503 after at most 1.5 s each; then as before',
    async run(tell) {
      const world = await onServers();
      try {
        return await onStage(
          world.fleet,
          { provider: 'op', scimToken: world.scimToken, tell },
          async (stage) => {
            await stage.fault(() => world.redis.pause());
            await stage.steady(4_000);
            await stage.over(() => world.redis.resume());
          },
        );
      } finally {
        await world.stop();
      }
    },
  },
  {
    id: 'redis-failover',
    title: 'The primary is killed; the sentinels make the replica primary (down after 0.8 s)',
    seen: '503 until the sentinels have decided; then as before',
    async run(tell) {
      const world = await onSentinels();
      try {
        return await onStage(
          world.fleet,
          { provider: 'op', scimToken: world.scimToken, tell },
          async (stage) => {
            const old = world.set.primary();
            await stage.fault(() => old.kill());
            await stage.over(async () => {
              while (world.set.primary() === old) await sleep(50);
            });
          },
        );
      } finally {
        await world.stop();
      }
    },
  },
  {
    id: 'redis-split',
    title:
      'The primary is held (SIGSTOP) until the sentinels have made the replica primary, and then wakes up as if nothing had been',
    seen: '503 until the sentinels have decided; the old primary is asked by nobody any more',
    async run(tell) {
      const world = await onSentinels();
      try {
        const options = { provider: 'op', scimToken: world.scimToken, tell };
        return await onStage(world.fleet, options, async (stage) => {
          const old = world.set.primary();
          await stage.fault(() => old.pause());
          while (world.set.primary() === old) await sleep(50);
          await stage.steady(500);
          await stage.over(() => old.resume());
        });
      } finally {
        await world.stop();
      }
    },
  },
  {
    id: 'redis-shard',
    title: 'One of three shards of a cluster is killed; its replica takes over (node timeout 1 s)',
    seen: '503 until the cluster has failed over; then as before',
    async run(tell) {
      const world = await onCluster('replicas');
      try {
        return await onStage(
          world.fleet,
          { provider: 'op', scimToken: world.scimToken, tell },
          async (stage) => {
            const [victim, witness] = world.set.nodes;
            await stage.fault(() => victim?.kill());
            await stage.over(async () => {
              await sleep(1_000);
              while (!witness?.cli('cluster', 'info').includes('cluster_state:ok')) await sleep(50);
            });
          },
        );
      } finally {
        await world.stop();
      }
    },
  },
  {
    id: 'redis-shard-lost',
    title: 'One of three shards of a cluster without replicas is killed, and started again after 4 s',
    seen: '503 for those whose session is in it; once the cluster has noticed its hole, for everybody until it is closed; then as before',
    async run(tell) {
      const world = await onCluster('files');
      try {
        const options = { provider: 'op', scimToken: world.scimToken, tell };
        return await onStage(world.fleet, options, async (stage) => {
          const [, victim] = world.set.nodes;
          await stage.fault(() => victim?.kill());
          await stage.steady(4_000);
          await stage.over(() => victim?.start());
        });
      } finally {
        await world.stop();
      }
    },
  },
];
