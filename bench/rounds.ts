import type { LoadGenerator, Reading, Target } from './load.ts';

/** One figure: a target, and the ceiling it is held against. */
export interface Contest {
  readonly name: string;
  readonly target: Target;
  /** Name of the contest whose reading of the same round is 1; undefined: this is a ceiling itself. */
  readonly ceiling: string | undefined;
}

export interface Row {
  readonly name: string;
  /** Median of the readings. */
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Median over the rounds of this reading by the ceiling's of the same round. */
  readonly ratio?: number;
  /** The least and the greatest ratio of a round: the machine's noise. */
  readonly lowest?: number;
  readonly highest?: number;
  readonly rounds: number;
}

/**
 * All contests one after another, again and again: what the machine does besides falls on all of them. A round before
 * the first warms everything up and does not count.
 */
export async function play(
  contests: readonly Contest[],
  load: LoadGenerator,
  { rounds, seconds, onRound }: { rounds: number; seconds: number; onRound: (round: number) => void },
): Promise<Row[]> {
  const readings = new Map<string, Reading[]>(contests.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    onRound(round);
    for (const { name, target } of contests) {
      const reading = await load.measure(target, seconds);
      if (round > 0) readings.get(name)?.push(reading);
    }
  }
  return contests.map(({ name, ceiling }) => {
    const own = readings.get(name) ?? [];
    const row = {
      name,
      requestsPerSecond: Math.round(median(own.map((reading) => reading.requestsPerSecond))),
      p50: median(own.map((reading) => reading.p50)),
      p99: median(own.map((reading) => reading.p99)),
      rounds,
    };
    if (ceiling === undefined) return row;
    const best = readings.get(ceiling) ?? [];
    const ratios = own.map(
      (reading, round) => reading.requestsPerSecond / (best[round]?.requestsPerSecond ?? Number.NaN),
    );
    return {
      ...row,
      ratio: rounded(median(ratios)),
      lowest: rounded(Math.min(...ratios)),
      highest: rounded(Math.max(...ratios)),
    };
  });
}

/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

function rounded(ratio: number): number {
  return Math.round(ratio * 1000) / 1000;
}
