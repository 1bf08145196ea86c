import { withStores } from '../../app.ts';
import { exit, type Command } from '../command.ts';
import { configOf } from '../configuration.ts';
import { printable, printTable } from '../table.ts';

export const loginsList: Command = {
  name: 'logins list',
  summary: 'List the sign-ins of the last days, also those that came to nothing',
  usage: '[--user NAME] [--provider ID] [--outcome admitted|refused|failed] [--limit N] [--json]',
  help: 'Example: doorward logins list --outcome refused --limit 20',
  options: {
    user: { type: 'string' },
    provider: { type: 'string' },
    outcome: { type: 'string' },
    limit: { type: 'string', default: '50' },
  },
  words: [0, 0],
  async run(args, terminal) {
    const limit = Number(args.flags['limit']);
    const { user, provider } = args.flags;
    const outcome = (['admitted', 'refused', 'failed'] as const).find(
      (each) => each === args.flags['outcome'],
    );
    if (!Number.isInteger(limit) || limit < 1 || (args.flags['outcome'] !== undefined && !outcome)) {
      terminal.err('--limit takes a whole number of 1 or more, --outcome one of admitted, refused, failed\n');
      return exit.usage;
    }
    const config = await configOf(args, terminal);
    if (!config) return exit.usage;
    return withStores(config, async ({ directory }) => {
      const traces = await directory.listTraces({
        limit,
        ...(typeof user === 'string' && { user }),
        ...(typeof provider === 'string' && { provider }),
        ...(outcome && { outcome }),
      });
      const rows = traces.map(({ trace: _trace, at, ...row }) => ({
        at: new Date(at).toISOString(),
        ...row,
      }));
      if (args.json) terminal.out(`${JSON.stringify(rows, null, 2)}\n`);
      else {
        printTable(
          terminal,
          ['WHEN', 'WHO', 'PROVIDER', 'OUTCOME', 'WHY', 'REFERENCE'],
          rows.map((row) => [
            row.at,
            row.userName ?? '',
            row.provider,
            row.outcome,
            row.why ?? '',
            row.reference,
          ]),
        );
      }
      return exit.ok;
    });
  },
};

export const loginsShow: Command = {
  name: 'logins show',
  summary: 'Show one sign-in by the number that the person saw: claims, mapping, decision',
  usage: 'REFERENCE [--json]',
  help: 'Traces are kept for some days (audit.keepTraces); the audit trail is kept longer.\nExample: doorward logins show K7QM2XVD4A',
  options: {},
  words: [1, 1],
  async run(args, terminal) {
    const config = await configOf(args, terminal);
    if (!config) return exit.usage;
    return withStores(config, async ({ directory }) => {
      const reference = (args.words[0] ?? '').toUpperCase().replaceAll(/[\s-]/g, '');
      const row = await directory.findTrace(reference);
      if (row === undefined) {
        terminal.err(
          `No trace has the number ${printable(reference)}. It may have been forgotten: doorward audit --reference ${printable(reference)}\n`,
        );
        return exit.no;
      }
      if (args.json) {
        terminal.out(`${JSON.stringify({ ...row, at: new Date(row.at).toISOString() }, null, 2)}\n`);
        return exit.ok;
      }
      const { trace, at, ...facts } = row;
      for (const [name, value] of Object.entries({ at: new Date(at).toISOString(), ...facts }))
        terminal.out(`${name.padEnd(12)}${printable(String(value))}\n`);
      for (const [name, value] of Object.entries(trace)) {
        if (value === undefined || value === null) continue;
        terminal.out(`\n${terminal.color ? `\u001b[1m${name}\u001b[0m` : name}\n`);
        for (const line of linesOf(value)) terminal.out(`  ${printable(line)}\n`);
      }
      return exit.ok;
    });
  },
};

/** A value of a trace as lines for people. */
function linesOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.length === 0 ? ['(none)'] : value.flatMap(lineOfItem);
  if (typeof value !== 'object' || value === null) return [String(value)];
  return Object.entries(value).map(
    ([name, each]) => `${name}: ${typeof each === 'string' ? each : JSON.stringify(each)}`,
  );
}

function lineOfItem(item: unknown): readonly string[] {
  if (typeof item === 'object' && item !== null && 'from' in item) {
    const { from, to, line } = item as { from: string; to?: string; line?: number };
    return [`${from} → ${to ?? '(ignored)'}${line === undefined ? '' : `, line ${line}`}`];
  }
  return [typeof item === 'string' ? item : JSON.stringify(item)];
}
