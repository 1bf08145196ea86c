import { parseArgs } from 'node:util';
import { type Result, writeReport } from './report.ts';
import { broken, type Scenario } from './scenario.ts';
import { gatewayScenarios } from './scenarios/gateway.ts';
import { idpScenarios } from './scenarios/idp.ts';
import { postgresScenarios } from './scenarios/postgres.ts';
import { redisScenarios } from './scenarios/redis.ts';

/**
 * `npm run test:faults [-- --only ID,ID]`: carries every fault out and writes docs/reliability.md. Ends with 1 when a
 * promise was broken. With --only nothing is written.
 */
const all: readonly Scenario[] = [
  ...redisScenarios,
  ...postgresScenarios,
  ...gatewayScenarios,
  ...idpScenarios,
];
const { values } = parseArgs({ options: { only: { type: 'string' } } });
const wanted = values.only?.split(',');
const results: Result[] = [];
for (const scenario of all) {
  if (wanted && !wanted.includes(scenario.id)) continue;
  const started = performance.now();
  process.stdout.write(`${scenario.id}: ${scenario.title}\n`);
  const outcome = await scenario.run();
  const problems = broken(scenario, outcome);
  results.push({ scenario, outcome, broken: problems });
  const { wrong, lost, signIns, ...numbers } = outcome;
  const done = signIns.filter(({ cookie }) => cookie !== undefined).length;
  process.stdout.write(
    `  ${JSON.stringify({ ...numbers, wrong: wrong.length, lost: lost.length, signIns: `${done}/${signIns.length}` })}\n`,
  );
  process.stdout.write(`  ${problems.length === 0 ? 'held' : problems.join('\n  ')}`);
  process.stdout.write(` (${Math.round((performance.now() - started) / 1000)} s)\n`);
}
if (!wanted) writeReport(results, new Date());
process.exit(results.some((result) => result.broken.length > 0) ? 1 : 0);
