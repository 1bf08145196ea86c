import { parseArgs } from 'node:util';

export interface BenchArguments {
  readonly json: boolean;
  readonly rounds: number;
  readonly seconds: number;
  /** Sessions in the large stores. */
  readonly sessions: number;
  /** Sections to run, by name; empty: all. */
  readonly only: readonly string[];
  readonly against: string | undefined;
  readonly headers: readonly string[];
}

export const usage = `npm run bench -- [--json] [--quick] [--rounds N] [--seconds N] [--sessions N] [--only SECTION,…]
               [--against URL [--header 'Name: value']…]

  --json      print one JSON object instead of a table
  --quick     5 rounds instead of 15, and 10,000 sessions instead of 100,000
  --only      verify, large, groups, express, latency, nginx, proxy, processes, memory, start
  --against   put another gateway beside this one: a URL that answers 2xx to the given headers
`;

/** Reads the command line. Throws a plain Error, with what is wrong, on anything else. */
export function readArguments(args: readonly string[]): BenchArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      sessions: { type: 'string' },
      only: { type: 'string' },
      against: { type: 'string' },
      header: { type: 'string', multiple: true, default: [] },
    },
  });
  const number = (name: 'rounds' | 'seconds' | 'sessions', usual: number): number => {
    const value = values[name] === undefined ? usual : Number(values[name]);
    if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number from 1`);
    return value;
  };
  if (values.against !== undefined && !URL.canParse(values.against)) {
    throw new Error(`--against must be a URL, not ${values.against}`);
  }
  return {
    json: values.json,
    rounds: number('rounds', values.quick ? 5 : 15),
    seconds: number('seconds', 1),
    sessions: number('sessions', values.quick ? 10_000 : 100_000),
    only: values.only?.split(',') ?? [],
    against: values.against,
    headers: values.header,
  };
}
