import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface DemoOptions {
  /** Port of the gateway; the other ports follow from it. */
  readonly port: number;
  readonly reset: boolean;
  /** How many people have been here before the first start. */
  readonly people: number;
  /** Absolute path of the directory where the demo keeps everything. */
  readonly state: string;
}

/** Highest port of the gateway that leaves room for the others. */
const highest = 65_535 - 13;

export const usage = `Usage: npm run demo -- [--port N] [--people N] [--reset]

  --port N    port of the gateway, 4180 if not given; N+10 to N+13 are used as well
  --reset     forget every user, session and key of the demo, and start anew
  --people N  how many people have been here for two weeks when it first starts, 240 if not given
  --state DIR where everything is kept, demo/.state if not given
`;

/** Reads the arguments. Throws a plain Error, whose message is for the person, on anything unknown or out of range. */
export function readOptions(args: readonly string[], defaultState: string): DemoOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '4180' },
      reset: { type: 'boolean', default: false },
      people: { type: 'string', default: '240' },
      state: { type: 'string', default: defaultState },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > highest)
    throw new Error(`--port takes a whole number from 1 to ${highest}, not "${values.port}".`);
  const people = Number(values.people);
  if (!Number.isInteger(people) || people < 0 || people > 2_000)
    throw new Error(`--people takes a whole number from 0 to 2000, not "${values.people}".`);
  return { port, people, reset: values.reset, state: resolve(values.state) };
}
