import { withStores } from '../../app.ts';
import { formatAuditLine } from '../../audit/index.ts';
import { exit, type Command } from '../command.ts';
import { configOf } from '../configuration.ts';

export const audit: Command = {
  name: 'audit',
  summary: 'Print the audit log, one JSON object a line',
  usage: '[--since TIME] [--type TYPE] [--user NAME] [--reference REF] [--limit N]',
  help: [
    'TIME is an ISO date (2026-03-01T12:00Z). Oldest first among the newest N (default 100).',
    'Example: doorward audit --reference K7QM-2XVD',
  ].join('\n'),
  options: {
    since: { type: 'string' },
    type: { type: 'string' },
    user: { type: 'string' },
    reference: { type: 'string' },
    limit: { type: 'string', default: '100' },
  },
  words: [0, 0],
  async run(args, terminal) {
    const { since, type, user, reference } = args.flags;
    const limit = Number(args.flags['limit']);
    const from = typeof since === 'string' ? Date.parse(since) : undefined;
    if (!Number.isInteger(limit) || limit < 1) {
      terminal.err('--limit takes a whole number of 1 or more\n');
      return exit.usage;
    }
    if (Number.isNaN(from)) {
      terminal.err('--since takes an ISO date such as 2026-03-01 or 2026-03-01T12:00Z\n');
      return exit.usage;
    }
    const config = await configOf(args, terminal);
    if (!config) return exit.usage;
    return withStores(config, async ({ directory }) => {
      const events = await directory.read({
        limit,
        ...(from !== undefined && { since: from }),
        ...(typeof type === 'string' && { type }),
        ...(typeof user === 'string' && { user }),
        ...(typeof reference === 'string' && { reference }),
      });
      for (const stored of events) terminal.out(`${formatAuditLine(stored)}\n`);
      return exit.ok;
    });
  },
};
