import { Histogram, type Registry } from 'prom-client';
import { metricList } from './metric-list.ts';

/** Notes how long an answer of a verify endpoint took, milliseconds. A few comparisons and two additions. */
export type NoteVerify = (outcome: string, milliseconds: number) => void;

/** Upper ends, milliseconds: an answer from memory takes microseconds, one from a store up to two seconds. */
const ends = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500] as const;

interface Exposed {
  readonly name: string;
  readonly help: string;
  readonly type: 'histogram';
  readonly aggregator: 'sum';
  readonly values: readonly {
    readonly metricName: string;
    readonly labels: Readonly<Record<string, string | number>>;
    readonly sharedLabels: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}

interface Times {
  /** By index of {@link ends}; the last one counts what took longer. Not cumulative. */
  readonly counts: Float64Array;
  sum: number;
}

/**
 * A histogram whose counting is plain arithmetic: it stands on the way of every request, where looking labels up would cost
 * more than the answer. Prometheus' form is made when somebody scrapes.
 */
export function registerVerifyTimes(registry: Registry, outcomes: readonly string[]): NoteVerify {
  const times = new Map<string, Times>(
    outcomes.map((outcome) => [outcome, { counts: new Float64Array(ends.length + 1), sum: 0 }]),
  );
  const { name, help, labels } = metricList.verifySeconds;
  const labelNames = Object.keys(labels) as (keyof typeof labels)[];
  const histogram = new Histogram({ name, help, labelNames, registers: [] });
  // The one method that the registry, and the histogram itself, read the values by.
  const getForPromString = async (): Promise<Exposed> => ({
    name,
    help,
    type: 'histogram',
    aggregator: 'sum',
    values: [...times].flatMap(([outcome, each]) => valuesOf(name, outcome, each)),
  });
  Object.assign(histogram, { getForPromString });
  registry.registerMetric(histogram);
  return (outcome, milliseconds) => {
    const found = times.get(outcome);
    if (found === undefined) return;
    let index = 0;
    while (index < ends.length && milliseconds > (ends[index] ?? Infinity)) index += 1;
    found.counts[index] = (found.counts[index] ?? 0) + 1;
    found.sum += milliseconds;
  };
}

function valuesOf(name: string, outcome: string, { counts, sum }: Times): Exposed['values'] {
  let total = 0;
  const sharedLabels = { outcome };
  const buckets = [...counts].map((count, index) => {
    total += count;
    const le = index < ends.length ? (ends[index] ?? 0) / 1_000 : '+Inf';
    return { metricName: `${name}_bucket`, labels: { le }, sharedLabels, value: total };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: {}, sharedLabels, value: sum / 1_000 },
    { metricName: `${name}_count`, labels: {}, sharedLabels, value: total },
  ];
}
