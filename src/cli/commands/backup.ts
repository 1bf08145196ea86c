import { resolve } from 'node:path';
import { backupDirectory, restoreDirectory, type Inspected } from '../../directory/index.ts';
import { Failure } from '../../identity/index.ts';
import { exit, type Arguments, type Command, type ExitCode, type Terminal } from '../command.ts';
import { configOf } from '../configuration.ts';
import { progress } from '../progress.ts';

export const backup: Command = {
  name: 'backup',
  summary: 'Write the directory (users, groups, SCIM, keys, audit trail) into a file, while the gateway runs',
  usage: 'FILE [--json]',
  help: [
    'For the embedded directory (SQLite); PostgreSQL has pg_dump. The file is new, readable by its owner only, and was',
    'read through before it got its name. Sessions are not in it: a restored session might be one that was ended since.',
    'Keep the configuration and its secrets, too: without "secrets" the keys in the file cannot be opened.',
    'Example: doorward backup /var/backups/doorward-$(date +%F).db',
  ].join('\n'),
  options: {},
  words: [1, 1],
  run: (args, terminal) =>
    told('backup', args, terminal, async (directory, file) => {
      const pages = progress(terminal, 'pages of 4 kB');
      const found = await backupDirectory(directory, file, (done) => pages.at(done));
      pages.done();
      if (args.json) terminal.out(`${JSON.stringify({ file, ...found })}\n`);
      else terminal.out(`Wrote ${file}: ${summaryOf(found)}\n`);
    }),
};

export const restore: Command = {
  name: 'restore',
  summary: 'Put a backup in the place of the directory; stop the gateway before',
  usage: 'FILE [--json]',
  help: [
    'Reads the backup through first, refuses while a gateway has the directory open, and keeps what was there before',
    'beside it. Who was disabled or erased after the backup was made is here again: the command names them.',
    'Example: doorward restore /var/backups/doorward-2026-11-23.db',
  ].join('\n'),
  options: {},
  words: [1, 1],
  run: (args, terminal) =>
    told('restore', args, terminal, async (directory, file) => {
      const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-');
      const { takenBack, before, ...found } = await restoreDirectory(directory, file, stamp);
      if (args.json) terminal.out(`${JSON.stringify({ file, ...found, before, takenBack })}\n`);
      else {
        terminal.out(`Restored ${file}: ${summaryOf(found)}\n`);
        if (before !== undefined) terminal.out(`What was there before is ${before}\n`);
      }
      if (takenBack === undefined) terminal.err('What was there before could not be read, nor compared.\n');
      name(terminal, 'Disabled after this backup was made, and not any more', takenBack?.disabled, 'disable');
      name(terminal, 'Erased after this backup was made, and here again', takenBack?.erased, 'erase');
    }),
};

function name(terminal: Terminal, what: string, names: readonly string[] | undefined, command: string): void {
  if (names === undefined || names.length === 0) return;
  terminal.err(`${what}:\n${names.map((each) => `  ${each}\n`).join('')}`);
  terminal.err(`Do it again before you start the gateway: doorward users ${command} NAME\n`);
}

/** Runs one of both, and tells a problem in words. */
async function told(
  name: string,
  args: Arguments,
  terminal: Terminal,
  work: (directory: string, file: string) => Promise<void>,
): Promise<ExitCode> {
  const config = await configOf(args, terminal);
  if (!config) return exit.usage;
  try {
    await work(config.state.directory, resolve(terminal.cwd, args.words[0] ?? ''));
    return exit.ok;
  } catch (error) {
    if (!(error instanceof Failure) || error.detail !== 'directory.backup') throw error;
    terminal.err(`doorward ${name}: ${Error.isError(error.cause) ? error.cause.message : error.message}\n`);
    return exit.no;
  }
}

const summaryOf = ({ users, groups, audit, bytes, tables, digest }: Inspected) =>
  [
    `${users} users, ${groups} groups, ${audit} audit records,`,
    `${(bytes / 1_048_576).toFixed(1)} MB, tables at ${tables}, SHA-256 ${digest}`,
  ].join(' ');
