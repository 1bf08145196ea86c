import type { ParseArgsOptionsConfig } from 'node:util';

/** Where a command reads and writes; tests hand in their own. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Colours are wanted: a terminal is there and NO_COLOR is not set. */
  readonly color: boolean;
  /** Asks the person at the terminal; undefined when nobody is there to answer. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
}

/** Exit codes that scripts can rely on. */
export const exit = {
  ok: 0,
  /** The command ran, and the answer is no: a finding, nobody by that name, a refused change. */
  no: 1,
  /** The command could not run: wrong arguments, or a configuration with mistakes. */
  usage: 2,
  /** A store did not answer, or something else failed. */
  failed: 3,
} as const;

export type ExitCode = (typeof exit)[keyof typeof exit];

export interface Arguments {
  /** Configuration directory, absolute. */
  readonly configDir: string;
  readonly json: boolean;
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  readonly words: readonly string[];
}

/** One command of `doorward`. A name of two words (`users disable`) is a command of a family. */
export interface Command {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  /** The words it takes, as its usage line shows them: `NAME [--why TEXT]`. */
  readonly usage: string;
  /** Longer help, with an example. */
  readonly help: string;
  /** Flags of its own; `--config`, `--json` and `--help` are everybody's. */
  readonly options: ParseArgsOptionsConfig;
  /** How many words it takes: exactly that many, or a range. */
  readonly words: readonly [min: number, max: number];
  run(args: Arguments, terminal: Terminal): Promise<ExitCode>;
}
