import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { onStage } from '../faults/stage.ts';
import { onServers } from '../faults/topologies.ts';

// `npm run test:load` for a few seconds: what it needs stays whole, and what it looks for is found early.
it('lets nobody in wrongly and loses no write while a gateway is stopped, killed and started again', async () => {
  const world = await onServers();
  try {
    const [restarted] = world.fleet.gateways;
    if (!restarted) throw new Error('no gateway');
    const options = { provider: 'op', scimToken: world.scimToken };
    const outcome = await onStage(world.fleet, options, async (stage) => {
      await stage.fault(() => restarted.stop());
      await restarted.start();
      await sleep(500);
      await stage.over(async () => {
        await restarted.kill();
        await restarted.start();
      });
    });
    expect(outcome.wrong).toEqual([]);
    expect(outcome.lost).toEqual([]);
    expect(outcome.acknowledged).toBeGreaterThan(20);
    expect(outcome.signIns.filter(({ cookie }) => cookie !== undefined).length).toBeGreaterThan(3);
  } finally {
    await world.stop();
  }
}, 120_000);
