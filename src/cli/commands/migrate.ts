import { resolve } from 'node:path';
import { migrate as migrateDirectory, transferDirectory, withoutPassword } from '../../directory/index.ts';
import { Failure } from '../../identity/index.ts';
import { exit, type Arguments, type Command, type ExitCode, type Terminal } from '../command.ts';
import { configOf } from '../configuration.ts';
import { printTable } from '../table.ts';

export const migrate: Command = {
  name: 'migrate',
  summary: "Bring the directory's tables up to this version, or move the directory",
  usage: '[--from ADDRESS [--to ADDRESS]] [--json]',
  help: [
    'Without --from: what `doorward serve` does, too, when it starts; several processes may do it at once.',
    'With --from: copies users, groups, SCIM, tokens, keys and the audit trail from one database into another that is empty,',
    'and compares both, row by row. Stop the gateway before. Interrupted, it is run again and goes on where it was.',
    '--to is the configured directory unless said otherwise. ${env:NAME} in an address keeps a password out of sight.',
    'Example: doorward migrate --from sqlite:data/directory.db',
    "Example: doorward migrate --from sqlite:data/directory.db --to 'postgres://doorward:${env:PASSWORD}@db/doorward'",
  ].join('\n'),
  options: { from: { type: 'string' }, to: { type: 'string' } },
  words: [0, 0],
  async run(args, terminal) {
    const { from, to } = args.flags;
    if (typeof from === 'string' && typeof to === 'string') return move(from, to, args, terminal);
    if (typeof to === 'string') {
      terminal.err('doorward migrate: --to needs --from\n');
      return exit.usage;
    }
    const config = await configOf(args, terminal);
    if (!config) return exit.usage;
    if (typeof from === 'string') return move(from, config.state.directory, args, terminal);
    const { applied, version } = await migrateDirectory(config.state.directory);
    if (args.json) terminal.out(`${JSON.stringify({ applied, version })}\n`);
    else if (applied.length === 0) terminal.out(`Nothing to do: the tables are at ${version}.\n`);
    else
      terminal.out(`${applied.map((name) => `applied ${name}\n`).join('')}The tables are at ${version}.\n`);
    return exit.ok;
  },
};

async function move(from: string, to: string, args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const [source, target] = [address(from, terminal), address(to, terminal)];
  if (source === undefined || target === undefined) return exit.usage;
  if (source === target) {
    terminal.err('doorward migrate: --from and --to are the same\n');
    return exit.usage;
  }
  try {
    const onProgress = args.json ? () => {} : progress(terminal);
    const tables = await transferDirectory(source, target, { now: Date.now(), onProgress });
    if (args.json) terminal.out(`${JSON.stringify({ tables })}\n`);
    else {
      const rows = tables.map((each) => [each.table, String(each.rows), each.digest.slice(0, 16)]);
      printTable(terminal, ['TABLE', 'ROWS', 'DIGEST (the same on both sides)'], rows);
      terminal.out(`Moved to ${withoutPassword(target)}.\n`);
    }
    return exit.ok;
  } catch (error) {
    if (!(error instanceof Failure) || !error.detail?.startsWith('directory.transfer_')) throw error;
    terminal.err(`doorward migrate: ${Error.isError(error.cause) ? error.cause.message : error.message}\n`);
    return exit.no;
  }
}

/** The address with its environment variables put in, and its path made absolute from where the command is run. */
function address(text: string, terminal: Terminal): string | undefined {
  const missing: string[] = [];
  const whole = text.replaceAll(/\$\{env:([^{}]+)\}/g, (_, name: string) => {
    const value = terminal.env[name];
    if (value === undefined || value === '') missing.push(name);
    return encodeURIComponent(value ?? '');
  });
  if (missing.length > 0) {
    terminal.err(`doorward migrate: the environment variable ${missing[0]} is not set\n`);
    return undefined;
  }
  const path = /^sqlite:(.+)$/s.exec(whole)?.[1];
  if (path !== undefined) return `sqlite:${resolve(terminal.cwd, path)}`;
  if (/^postgres(ql)?:\/\/./.test(whole)) return whole;
  terminal.err('doorward migrate: an address is sqlite:PATH or postgres://…\n');
  return undefined;
}

/** How far it is, on the error stream: at most one line a second for each table. */
function progress(terminal: Terminal): (table: string, rows: number) => void {
  let current = '';
  let toldAt = 0;
  return (table, rows) => {
    const at = performance.now();
    if (table === current && at - toldAt < 1_000) return;
    terminal.err(table === current ? `  ${rows} rows\n` : `${table} …\n`);
    current = table;
    toldAt = at;
  };
}
