import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { onStage } from '../faults/stage.ts';
import { onServers } from '../faults/topologies.ts';
import type { Gateway } from '../support/fleet.ts';
import { memoryIsFlat, type Reading, writeLoadReport } from './report.ts';

/**
 * `npm run test:load [-- --minutes N]` (30): sign-ins through a real OpenID provider, verifies, changes, SCIM writes,
 * disables and endings on two gateways, one of which is restarted every half minute (SIGTERM and SIGKILL in turns), on one
 * Redis and one PostgreSQL. Ends with 1 when anybody was let in wrongly, an acknowledged write was lost, or memory grew.
 */
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error('--minutes takes a number');

const restartEvery = Math.min(30_000, (minutes * 60_000) / 4);
const readEvery = Math.min(10_000, (minutes * 60_000) / 12);
const world = await onServers();
const [restarted, lasting] = world.fleet.gateways;
if (!restarted || !lasting) throw new Error('two gateways are needed');
const readings: Reading[] = [];
let restarts = 0;

async function read(gateway: Gateway, started: number): Promise<void> {
  const now = await gateway.metrics(
    'process_resident_memory_bytes',
    'nodejs_heap_size_used_bytes',
    'nodejs_eventloop_lag_p99_seconds',
    'doorward_verify_total',
  );
  readings.push({
    at: performance.now() - started,
    memory: now.process_resident_memory_bytes,
    heap: now.nodejs_heap_size_used_bytes,
    loop: now.nodejs_eventloop_lag_p99_seconds * 1_000,
    verified: now.doorward_verify_total,
  });
}

function progress(): string {
  const last = readings.at(-1);
  if (!last) return '';
  const [at, memory] = [(last.at / 60_000).toFixed(1), (last.memory / 1_048_576).toFixed(0)];
  return `${at} of ${minutes} min: ${last.verified} judged, ${restarts} restarts, ${memory} MB, event loop p99 ${last.loop.toFixed(1)} ms`;
}

async function restart(gateway: Gateway): Promise<void> {
  if (restarts % 2 === 0) await gateway.stop();
  else await gateway.kill();
  restarts += 1;
  await gateway.start();
}

let failed = false;
try {
  const tell = (text: string) => void process.stdout.write(`${text}\n`);
  const options = { provider: 'op', scimToken: world.scimToken, pace: 2 };
  const outcome = await onStage(world.fleet, options, async (stage) => {
    const started = performance.now();
    await stage.fault(() => {});
    const until = started + minutes * 60_000;
    let restartAt = started + restartEvery;
    while (performance.now() < until) {
      await sleep(readEvery);
      await read(lasting, started);
      tell(progress());
      if (performance.now() < restartAt) continue;
      restartAt = performance.now() + restartEvery;
      await restart(restarted);
    }
    await stage.over(() => {});
  });
  const isFlat = memoryIsFlat(readings, minutes);
  failed = outcome.wrong.length > 0 || outcome.lost.length > 0 || !isFlat;
  for (const each of [...outcome.wrong, ...outcome.lost].slice(0, 20)) process.stdout.write(`${each}\n`);
  writeLoadReport({ minutes, restarts, readings, outcome, isFlat });
} finally {
  await world.stop();
}
process.exit(failed ? 1 : 0);
