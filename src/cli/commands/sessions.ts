import { withStores } from '../../app.ts';
import { exit, type Command } from '../command.ts';
import { configOf } from '../configuration.ts';
import { printTable } from '../table.ts';
import { withUser } from './users.ts';
import { commandActor } from '../command-actor.ts';

export const sessionsList: Command = {
  name: 'sessions list',
  summary: 'List the live sessions, newest first',
  usage: '[--limit N] [--json]',
  help: 'Example: doorward sessions list --limit 20',
  options: { limit: { type: 'string', default: '100' } },
  words: [0, 0],
  async run(args, terminal) {
    const limit = Number(args.flags['limit']);
    if (!Number.isInteger(limit) || limit < 1) {
      terminal.err('--limit takes a whole number of 1 or more\n');
      return exit.usage;
    }
    const config = await configOf(args, terminal);
    if (!config) return exit.usage;
    return withStores(config, async ({ sessions, directory }) => {
      const records = (await sessions.list({ limit })).filter((record) => record.login);
      const rows = await Promise.all(
        records.map(async (record) => ({
          ref: record.digest.slice(0, 12),
          userName:
            (await directory.snapshot(record.login?.userId ?? ''))?.userName ?? record.login?.userId ?? '',
          provider: record.login?.provider ?? '',
          since: new Date(record.createdAt).toISOString(),
          lastSeen: new Date(record.lastSeenAt).toISOString(),
        })),
      );
      if (args.json) terminal.out(`${JSON.stringify(rows, null, 2)}\n`);
      else {
        printTable(
          terminal,
          ['SESSION', 'USER NAME', 'PROVIDER', 'SINCE', 'LAST SEEN'],
          rows.map((row) => [row.ref, row.userName, row.provider, row.since, row.lastSeen]),
        );
      }
      return exit.ok;
    });
  },
};

export const sessionsRevoke: Command = {
  name: 'sessions revoke',
  summary: 'End all sessions of a user, who may sign in again',
  usage: 'NAME',
  help: 'Example: doorward sessions revoke ann@acme.example',
  options: {},
  words: [1, 1],
  run: (args, terminal) =>
    withUser(args, terminal, async (user, stores) => {
      const ended = await stores.endings.endAllOf(user.id, 'revoked', commandActor());
      terminal.out(`Sessions of ${user.profile.userName} ended: ${ended}.\n`);
      return exit.ok;
    }),
};

export const sessionsEnd: Command = {
  name: 'sessions end',
  summary: 'End one session, by its short name from `sessions list`',
  usage: 'SESSION',
  help: 'The others of the same person go on.\nExample: doorward sessions end 3kD0aPq1_x7Z',
  options: {},
  words: [1, 1],
  async run(args, terminal) {
    const config = await configOf(args, terminal);
    if (!config) return exit.usage;
    return withStores(config, async ({ sessions, endings }) => {
      const wanted = args.words[0] ?? '';
      const found = (await sessions.list({ limit: 100_000 })).filter(
        ({ digest }) => wanted.length >= 8 && digest.startsWith(wanted),
      );
      const [session] = found;
      if (session === undefined || found.length > 1) {
        terminal.err('No live session, or more than one, has that name. See: doorward sessions list\n');
        return exit.no;
      }
      await endings.end(session.digest, 'revoked', commandActor());
      terminal.out('That session has ended.\n');
      return exit.ok;
    });
  },
};
