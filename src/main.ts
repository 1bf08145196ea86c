import { createInterface } from 'node:readline/promises';
import { run } from './cli/index.ts';

/** One line that the person types; the terminal is let go of in between. */
async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

/** The front door: read the arguments, run one command, leave with its exit code. */
process.exitCode = await run(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  env: process.env,
  cwd: process.cwd(),
  color: process.stdout.isTTY === true && !process.env['NO_COLOR'],
  ask: process.stdin.isTTY === true ? ask : undefined,
});
