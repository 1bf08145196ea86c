import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { toFailure } from '../identity/index.ts';
import { exit, type Arguments, type Command, type ExitCode, type Terminal } from './command.ts';
import { commands } from './commands/index.ts';
import { commandHelp, overview, usageLine } from './help.ts';
import { nearest } from './nearest.ts';

/**
 * Runs one command line (without `node` and the script) and gives the exit code. Mistakes in the arguments are told on
 * the error stream with the nearest right word; a failure is told in one line, its stack only with DOORWARD_DEBUG set.
 */
export async function run(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const first = argv[0];
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    terminal.out(overview(commands));
    return first === undefined ? exit.usage : exit.ok;
  }
  if (first === '--version') {
    terminal.out(`${await version()}\n`);
    return exit.ok;
  }
  const command = find(argv);
  if (!command) return unknownCommand(argv, terminal);
  const rest = argv.slice(command.name.split(' ').length);
  if (rest.includes('--help') || rest.includes('-h')) {
    terminal.out(commandHelp(command));
    return exit.ok;
  }
  const args = read(command, rest, terminal);
  if (typeof args === 'string') {
    terminal.err(`doorward ${command.name}: ${args}\n${usageLine(command)}\n`);
    return exit.usage;
  }
  try {
    return await command.run(args, terminal);
  } catch (error) {
    const failure = toFailure(error);
    const cause = Error.isError(failure.cause) ? `: ${failure.cause.message}` : '';
    terminal.err(`doorward ${command.name}: ${failure.message}${cause}\n`);
    if (terminal.env['DOORWARD_DEBUG'] && Error.isError(error)) terminal.err(`${error.stack}\n`);
    return exit.failed;
  }
}

function find(argv: readonly string[]): Command | undefined {
  const [longest, pair] = [argv.slice(0, 3).join(' '), argv.slice(0, 2).join(' ')];
  return [longest, pair, argv[0]].map((name) => commands.find((each) => each.name === name)).find(Boolean);
}

function unknownCommand(argv: readonly string[], terminal: Terminal): ExitCode {
  const family = commands.filter((each) => each.name.startsWith(`${argv[0]} `));
  if (family.length > 0) {
    const guess =
      argv[1] &&
      nearest(
        `${argv[0]} ${argv[1]}`,
        family.map((each) => each.name),
      );
    const said =
      argv[1] === undefined || argv[1].startsWith('-') ? '' : `no command "${argv[0]} ${argv[1]}". `;
    terminal.err(`doorward: ${said}${guess ? `Did you mean "${guess}"? ` : ''}There are:\n`);
    for (const each of family) terminal.err(`  ${each.name}  ${each.summary}\n`);
    return argv.includes('--help') ? exit.ok : exit.usage;
  }
  const names = [...new Set(commands.flatMap((each) => [each.name, each.name.split(' ')[0] ?? '']))];
  const guess = nearest(argv[0] ?? '', names);
  terminal.err(
    `doorward: no command "${argv[0]}".${guess ? ` Did you mean "${guess}"?` : ''} See: doorward --help\n`,
  );
  return exit.usage;
}

/** The arguments, or what is wrong with them. */
function read(command: Command, argv: readonly string[], terminal: Terminal): Arguments | string {
  const options = {
    config: { type: 'string' },
    json: { type: 'boolean' },
    ...command.options,
  } as const;
  let parsed;
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    const text = Error.isError(error) ? (error.message.split('.')[0] ?? '') : String(error);
    const typed = /'--([^' ]+)/.exec(text)?.[1];
    const guess = typed && nearest(typed, Object.keys(options));
    return guess && guess !== typed ? `${text}. Did you mean --${guess}?` : text;
  }
  const [min, max] = command.words;
  const count = parsed.positionals.length;
  if (count < min) return 'an argument is missing';
  if (count > max) return `unexpected argument "${parsed.positionals[max]}"`;
  const { config, json, ...flags } = parsed.values as Record<string, string | boolean | undefined>;
  return {
    configDir: resolve(terminal.cwd, typeof config === 'string' ? config : 'config'),
    json: json === true,
    flags,
    words: parsed.positionals,
  };
}

async function version(): Promise<string> {
  const { default: manifest } = await import('../../package.json', { with: { type: 'json' } });
  return manifest.version;
}
