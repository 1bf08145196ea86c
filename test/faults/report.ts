import { readSection, seconds, versions, writeSection } from './page.ts';
import type { Scenario } from './scenario.ts';
import type { Outcome } from './stage.ts';

/** A scenario with what it came to, and what it broke. */
export interface Result {
  readonly scenario: Scenario;
  /** Undefined when it did not come to an end. */
  readonly outcome: Outcome | undefined;
  readonly broken: readonly string[];
  /** Milliseconds. */
  readonly took: number;
}

const header = [
  'fault',
  'what people see',
  'answers to the signed-in, from the fault on',
  'longest gap of a gateway',
  'slowest answer',
  'back to normal after',
  'sign-ins that went well',
  'sign-ins again after',
  'wrong admissions',
  'acknowledged writes lost',
  'promises',
  'run',
];

/**
 * Writes the rows of docs/reliability.md that were run anew, in the order of `all`; the others stay as they are, each
 * with its date, and those of faults that are no more go.
 */
export function writeReport(results: readonly Result[], all: readonly Scenario[], at: Date): void {
  const kept = new Map<string, string>();
  for (const line of readSection('faults').split('\n')) {
    const id = /^\| `([^`]+)`/.exec(line)?.[1];
    if (id !== undefined) kept.set(id, line);
  }
  for (const result of results) kept.set(result.scenario.id, `| ${rowOf(result, at).join(' | ')} |`);
  const rows = all.flatMap(({ id }) => kept.get(id) ?? []);
  const table = [`| ${header.join(' | ')} |`, `|${header.map(() => '---').join('|')}|`, ...rows].join('\n');
  writeSection(
    'faults',
    `Last run on ${dayOf(at)}: ${versions()}, which the stores and the test itself share.\n\n${table}`,
  );
}

function rowOf({ scenario, outcome, broken, took }: Result, at: Date): string[] {
  const last = [
    broken.length === 0 ? 'held' : `**broken**: ${broken.join('; ').replaceAll(/\s+/g, ' ').slice(0, 200)}`,
    `${dayOf(at)}, ${Math.round(took / 1_000)} s`,
  ];
  const title = [`\`${scenario.id}\`: ${scenario.title}`, scenario.seen];
  if (!outcome) return [...title, ...Array.from({ length: 8 }, () => '–'), ...last];
  return [
    ...title,
    answers(outcome),
    seconds(outcome.longestGap),
    `${Math.round(outcome.slowest)} ms`,
    seconds(outcome.recovery),
    signIns(outcome),
    outcome.signInsAfter === undefined ? '–' : seconds(outcome.signInsAfter),
    String(outcome.wrong.length),
    `${outcome.lost.length} of ${outcome.acknowledged}`,
    ...last,
  ];
}

function answers({ statuses }: Outcome): string {
  const sum = Object.values(statuses).reduce((total, count) => total + count, 0);
  return Object.entries(statuses)
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([status, count]) => `${nameOf(status)}: ${((100 * count) / sum).toFixed(1)} %`)
    .join(', ');
}

/** How many of all, how long the slowest took, and what the others got. */
function signIns({ signIns: all }: Outcome): string {
  if (all.length === 0) return '–';
  const others = all.filter(({ cookie }) => cookie === undefined);
  const counts = Object.entries(Object.groupBy(others, ({ status }) => String(status)));
  const got = counts.map(([status, each]) => `${each?.length ?? 0} × ${nameOf(status)}`);
  const longest = seconds(Math.max(...all.map(({ took }) => took)));
  const text = `${all.length - others.length} of ${all.length}, longest ${longest}`;
  return got.length === 0 ? text : `${text}; others: ${got.join(', ')}`;
}

const nameOf = (status: string) => (status === '0' ? 'no answer' : status);
const dayOf = (at: Date) => at.toISOString().slice(0, 10);
