import type { Outcome } from './stage.ts';

/** One fault, carried out for real. */
export interface Scenario {
  /** To choose it by; the part before the first hyphen is its group's name. */
  readonly id: string;
  /** The row of the table: what happens, and for how long. */
  readonly title: string;
  /** One sentence for the reader of the table: what somebody who uses the gateway notices. */
  readonly seen: string;
  run(tell: (text: string) => void): Promise<Outcome>;
  /** What must be true of the outcome beyond what every scenario promises. */
  readonly expect?: (outcome: Outcome) => readonly string[];
}

/** Nothing at the gate takes longer, milliseconds. */
const slowest = 2_000;

/** What an outcome breaks of the promises that hold for every fault. */
export function broken(scenario: Scenario, outcome: Outcome): string[] {
  return [
    ...outcome.wrong.slice(0, 5).map((each) => `wrong admission: ${each}`),
    ...outcome.lost.slice(0, 5).map((each) => `acknowledged and lost: ${each}`),
    ...(outcome.slowest < slowest ? [] : [`an answer took ${Math.round(outcome.slowest)} ms`]),
    ...(outcome.acknowledged > 0 ? [] : ['nothing was written: the run proves nothing']),
    ...(scenario.expect?.(outcome) ?? []),
  ];
}
