import { parseArgs } from 'node:util';
import { type Result, writeReport } from './report.ts';
import { broken, type Scenario } from './scenario.ts';
import { gatewayScenarios } from './scenarios/gateway.ts';
import { idpScenarios } from './scenarios/idp.ts';
import { postgresScenarios } from './scenarios/postgres.ts';
import { redisScenarios } from './scenarios/redis.ts';

/**
 * `npm run test:faults [-- NAME …]`: carries faults out for real and writes the table of docs/reliability.md. A NAME is
 * one of a fault (`redis-killed`) or of a group (`redis`); without any, all of them. Ends with 1 when a promise was broken.
 */
const all: readonly Scenario[] = [
  ...redisScenarios,
  ...postgresScenarios,
  ...gatewayScenarios,
  ...idpScenarios,
];

const started = performance.now();
const elapsed = () => `${((performance.now() - started) / 1_000).toFixed(0).padStart(4)} s`;
const say = (text: string) => void process.stdout.write(`${elapsed()}  ${text}\n`);

const { positionals } = parseArgs({ allowPositionals: true });
const unknown = positionals.filter((name) => !all.some(({ id }) => isMeant(id, name)));
if (unknown.length > 0) {
  process.stderr.write(
    `No fault is called ${unknown.join(', ')}. There are: ${all.map(({ id }) => id).join(', ')}\n`,
  );
  process.exit(2);
}
const chosen = all.filter(
  ({ id }) => positionals.length === 0 || positionals.some((name) => isMeant(id, name)),
);

const results: Result[] = [];
for (const [index, scenario] of chosen.entries()) {
  say(`${index + 1}/${chosen.length} ${scenario.id}: ${scenario.title}`);
  const result = await carryOut(scenario);
  results.push(result);
  say(
    result.broken.length === 0
      ? `   held: ${numbers(result)}`
      : `   BROKEN: ${result.broken.join('\n           ')}`,
  );
}
const failed = results.filter((result) => result.broken.length > 0);
writeReport(results, all, new Date());
say(`${results.length - failed.length} of ${results.length} held`);
process.exit(failed.length > 0 ? 1 : 0);

function isMeant(id: string, name: string): boolean {
  return id === name || id.startsWith(`${name}-`);
}

async function carryOut(scenario: Scenario): Promise<Result> {
  const began = performance.now();
  const result = (outcome: Result['outcome'], problems: readonly string[]): Result => {
    return { scenario, outcome, broken: problems, took: performance.now() - began };
  };
  try {
    const outcome = await scenario.run((text) => say(`   ${text}`));
    return result(outcome, broken(scenario, outcome));
  } catch (error) {
    return result(undefined, [String(error)]);
  }
}

function numbers({ outcome, took }: Result): string {
  if (!outcome) return 'nothing';
  const { wrong, lost, signIns, longestGap, slowest, recovery, ...others } = outcome;
  const ms = (value: number | undefined) => (value === undefined ? '–' : `${Math.round(value)} ms`);
  const done = signIns.filter(({ cookie }) => cookie !== undefined).length;
  return [
    JSON.stringify(others.statuses),
    `gap ${ms(longestGap)}, slowest ${ms(slowest)}, back after ${ms(recovery)}, sign-ins ${done}/${signIns.length} (back after ${ms(others.signInsAfter)})`,
    `wrong ${wrong.length}, lost ${lost.length} of ${others.acknowledged}, failed writes ${others.failedWrites} (${Math.round(took / 1_000)} s)`,
  ].join('; ');
}
