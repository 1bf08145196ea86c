import { versions, writeSection } from '../faults/page.ts';
import type { Outcome } from '../faults/stage.ts';

/** What the gateway that is never restarted says of itself at a moment. */
export interface Reading {
  /** Milliseconds from the start. */
  readonly at: number;
  /** Bytes. */
  readonly memory: number;
  readonly heap: number;
  /** 99th percentile of the event loop's delay since the reading before, milliseconds. */
  readonly loop: number;
  /** Requests judged since it was started. */
  readonly verified: number;
}

export interface LoadRun {
  readonly minutes: number;
  readonly restarts: number;
  readonly readings: readonly Reading[];
  readonly outcome: Outcome;
  readonly isFlat: boolean;
}

/** By so much may the last quarter's memory be above the second's: what is above that grows. */
const growth = 1.15;
/** In less time a process is still warming up. */
const enoughMinutes = 10;

/** Medians of the second and the last quarter; a run that is too short says nothing of memory and is passed. */
export function memoryIsFlat(readings: readonly Reading[], minutes: number): boolean {
  if (minutes < enoughMinutes) return true;
  const [early, late] = quarters(readings);
  return late <= early * growth;
}

function quarters(readings: readonly Reading[]): [early: number, late: number] {
  const quarter = Math.floor(readings.length / 4);
  const memory = (from: number, to: number) => median(readings.slice(from, to).map((each) => each.memory));
  return [memory(quarter, quarter * 2), memory(quarter * 3, readings.length)];
}

/** Prints the run, and writes its part of docs/reliability.md when it was long enough to say something. */
export function writeLoadReport(run: LoadRun): void {
  const { minutes, restarts, readings, outcome, isFlat } = run;
  const signedIn = outcome.signIns.filter(({ cookie }) => cookie !== undefined).length;
  const [early, late] = quarters(readings);
  const loops = readings.map((each) => each.loop);
  const rows = [
    ['length', `${minutes} min`],
    ['requests judged by the gateway that ran throughout', String(readings.at(-1)?.verified ?? 0)],
    ['restarts of the other one (SIGTERM and SIGKILL in turns)', String(restarts)],
    ['sign-ins that ended with a session', `${signedIn} of ${outcome.signIns.length}`],
    ['slowest sign-in', milliseconds(Math.max(0, ...outcome.signIns.map(({ took }) => took)))],
    ['acknowledged writes', String(outcome.acknowledged)],
    ['writes that were not acknowledged', String(outcome.failedWrites)],
    ['**wrong admissions**', `**${outcome.wrong.length}**`],
    ['**acknowledged writes lost**', `**${outcome.lost.length}**`],
    ['memory, median of the second quarter', megabytes(early)],
    ['memory, median of the last quarter', `${megabytes(late)}${verdict(minutes, isFlat)}`],
    ['event loop delay, p99: median of all readings', milliseconds(median(loops))],
    ['event loop delay, p99: worst reading', milliseconds(Math.max(0, ...loops))],
    ['slowest answer at the gate', milliseconds(outcome.slowest)],
  ];
  const table = `| what | |\n|---|---|\n${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`;
  process.stdout.write(table);
  if (minutes < enoughMinutes) return;
  writeSection(
    'load',
    `\`npm run test:load -- --minutes ${minutes}\` on ${new Date().toISOString().slice(0, 10)}: ${versions()}, which the stores, the identity
provider and the test itself share. Two gateways on one Redis and one PostgreSQL: sign-ins through a real OpenID provider, verifies, group changes, endings,
disables and SCIM writes without a pause, while one gateway is restarted again and again. No proxy is in between: what meets the gateway that is being
restarted just then fails, sign-ins too.

${table}`,
  );
}

function verdict(minutes: number, isFlat: boolean): string {
  if (minutes < enoughMinutes) return ' (too short a run to judge)';
  return isFlat ? ' (flat)' : ' (**it grows**)';
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const megabytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(0)} MB`;
const milliseconds = (value: number) => `${value.toFixed(1)} ms`;
