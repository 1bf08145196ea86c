import { writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Scenario } from './scenario.ts';
import type { Outcome } from './stage.ts';

/** A scenario with what it came to, and what it broke. */
export interface Result {
  readonly scenario: Scenario;
  readonly outcome: Outcome;
  readonly broken: readonly string[];
}

const path = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));

/** Writes docs/reliability.md. */
export function writeReport(results: readonly Result[], at: Date): void {
  const rows = results.map(({ scenario, outcome, broken }) =>
    [
      scenario.title,
      scenario.seen,
      answers(outcome),
      seconds(outcome.longestGap),
      `${Math.round(outcome.slowest)} ms`,
      seconds(outcome.recovery),
      signIns(outcome),
      String(outcome.wrong.length),
      `${outcome.lost.length} of ${outcome.acknowledged}`,
      broken.length === 0 ? 'held' : '**broken**',
    ].join(' | '),
  );
  const text = `# Reliability

Written by \`npm run test:faults\` on ${at.toISOString().slice(0, 10)} (Node ${process.versions.node}, Linux ${release()}, ${cpus().length} cores). Every
row is a fault that was carried out on real processes: two gateways (one with SQLite), real Redis and PostgreSQL servers, a real OpenID provider.
Meanwhile twelve people send requests to every gateway, a third of them are moved between groups and signed out all the time, users are made,
put into groups, disabled and provisioned by SCIM, and browsers sign in. \`state.grace\` is 0.

Promises that hold in every row, or the run fails:
- **No wrong admission.** An answer must have been true at some moment between the question and the answer; once a change was acknowledged
  only the new truth counts, on every gateway.
- **No acknowledged write lost.** Users, memberships, disabled users and SCIM users that were acknowledged, from the first to the last moment of the
  run, are compared with the directory at the end.
- **No answer of the gate slower than two seconds.**
- **Recovery without a restart.**

| fault | what people see | answers to the signed-in during and after | longest gap of one gateway | slowest answer | back to normal after | sign-ins | wrong admissions | writes lost | promises |
|---|---|---|---|---|---|---|---|---|---|
${rows.map((row) => `| ${row} |`).join('\n')}

*Longest gap*: from the first request of a signed-in person that was not admitted to the next that was, the fault's own length included.
*Back to normal after*: from the end of the fault until every gateway admits every signed-in person again. *Sign-ins*: those that ended with a session,
of all that were begun; the longest one.

How it is done: \`test/faults/\`. Why no answer is ever from before a change: [decision 11](adr/0011-invalidation.md).
`;
  writeFileSync(path, text);
}

function answers({ statuses }: Outcome): string {
  const sum = Object.values(statuses).reduce((total, count) => total + count, 0);
  return Object.entries(statuses)
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(
      ([status, count]) => `${status === '0' ? 'no answer' : status}: ${((100 * count) / sum).toFixed(1)} %`,
    )
    .join(', ');
}

function signIns({ signIns: all }: Outcome): string {
  if (all.length === 0) return '–';
  const done = all.filter(({ cookie }) => cookie !== undefined).length;
  return `${done} of ${all.length}, ${seconds(Math.max(...all.map(({ took }) => took)))}`;
}

const seconds = (milliseconds: number) =>
  milliseconds < 50 ? '0 s' : `${(milliseconds / 1_000).toFixed(1)} s`;
