import type { LoadGenerator, Reading, Target } from './load.ts';

/** One figure: a target, and the ceiling it is held against. */
export interface Contest {
  readonly name: string;
  readonly target: Target;
  /** Name of the contest whose reading of the same round is 1; undefined: this is a ceiling itself. */
  readonly ceiling: string | undefined;
  /** CPU time the server has used so far, microseconds; undefined where it is somebody else's. */
  readonly cpu: (() => Promise<number>) | undefined;
  /** A second server that is asked at the same time: requests and CPU time of both are added up. */
  readonly beside?: { readonly target: Target; readonly cpu: () => Promise<number> };
}

export interface Row {
  readonly name: string;
  /** Medians of the rounds. */
  readonly requestsPerSecond?: number;
  /** Milliseconds. */
  readonly p50?: number;
  readonly p99?: number;
  /** A figure that is not a rate. */
  readonly value?: number;
  readonly unit?: 'bytes' | 'ms';
  /** CPU time of the server for one request, microseconds. */
  readonly cpuPerRequest?: number;
  /** Requests per second by those of the ceiling in the same round; the median of the rounds. */
  readonly ratio?: number;
  /** The least and the greatest such ratio: the machine's noise. */
  readonly lowest?: number;
  readonly highest?: number;
  /** The same with requests per second of CPU time: what else the machine does touches this far less. */
  readonly cpuRatio?: number;
  readonly rounds: number;
}

interface Measured extends Reading {
  readonly cpuPerRequest: number;
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
  const readings = new Map<string, Measured[]>(contests.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    onRound(round);
    for (const contest of contests) {
      const measured = await measure(contest, load, seconds);
      if (round > 0) readings.get(contest.name)?.push(measured);
    }
  }
  return contests.map(({ name, ceiling }) =>
    rowOf(name, readings.get(name) ?? [], ceiling === undefined ? undefined : (readings.get(ceiling) ?? [])),
  );
}

async function measure(
  { target, cpu, beside }: Contest,
  load: LoadGenerator,
  seconds: number,
): Promise<Measured> {
  const used = async (): Promise<number> => ((await cpu?.()) ?? Number.NaN) + ((await beside?.cpu()) ?? 0);
  const before = await used();
  const readings = await Promise.all(
    [target, ...(beside === undefined ? [] : [beside.target])].map((each) => load.measure(each, seconds)),
  );
  const after = await used();
  const sum = (field: 'requests' | 'requestsPerSecond'): number =>
    readings.reduce((total, reading) => total + reading[field], 0);
  const requests = sum('requests');
  return {
    requests,
    requestsPerSecond: sum('requestsPerSecond'),
    p50: Math.max(...readings.map((reading) => reading.p50)),
    p99: Math.max(...readings.map((reading) => reading.p99)),
    cpuPerRequest: (after - before) / requests,
  };
}

function rowOf(name: string, own: readonly Measured[], ceiling: readonly Measured[] | undefined): Row {
  const of = (field: 'requestsPerSecond' | 'p50' | 'p99' | 'cpuPerRequest'): number =>
    median(own.map((reading) => reading[field]));
  const cpuPerRequest = rounded(of('cpuPerRequest'));
  const row = {
    name,
    requestsPerSecond: Math.round(of('requestsPerSecond')),
    p50: of('p50'),
    p99: of('p99'),
    ...(Number.isNaN(cpuPerRequest) ? {} : { cpuPerRequest }),
    rounds: own.length,
  };
  if (ceiling === undefined) return row;
  const ratios = own.map(
    (reading, round) => reading.requestsPerSecond / (ceiling[round]?.requestsPerSecond ?? Number.NaN),
  );
  const cpuRatio = rounded(
    median(
      own.map((reading, round) => (ceiling[round]?.cpuPerRequest ?? Number.NaN) / reading.cpuPerRequest),
    ),
  );
  return {
    ...row,
    ratio: rounded(median(ratios)),
    lowest: rounded(Math.min(...ratios)),
    highest: rounded(Math.max(...ratios)),
    ...(Number.isNaN(cpuRatio) ? {} : { cpuRatio }),
  };
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
