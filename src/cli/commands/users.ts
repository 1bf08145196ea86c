import type { User } from '../../identity/index.ts';
import { formatSource, groupNames, standingRefusal } from '../../identity/index.ts';
import { withStores, type Stores } from '../../app.ts';
import { exit, type Arguments, type Command, type ExitCode, type Terminal } from '../command.ts';
import { configOf } from '../configuration.ts';
import { unlessLast } from '../last-administrator.ts';
import { printTable } from '../table.ts';
import { commandActor } from '../command-actor.ts';

export { commandActor } from '../command-actor.ts';

export const usersList: Command = {
  name: 'users list',
  summary: 'List the users that Doorward knows',
  usage: '[--search TEXT] [--limit N] [--json]',
  help: 'Example: doorward users list --search acme.example --limit 20',
  options: { search: { type: 'string' }, limit: { type: 'string', default: '100' } },
  words: [0, 0],
  run: (args, terminal) =>
    withDirectory(args, terminal, async ({ directory }) => {
      const limit = Number(args.flags['limit']);
      if (!Number.isInteger(limit) || limit < 1)
        return complain(terminal, '--limit takes a whole number of 1 or more');
      const { search } = args.flags;
      const users = await directory.listUsers({ limit, ...(typeof search === 'string' && { search }) });
      if (args.json) terminal.out(`${JSON.stringify(users.map(publicUser), null, 2)}\n`);
      else {
        printTable(
          terminal,
          ['USER NAME', 'NAME', 'EMAIL', 'STATUS', 'GROUPS'],
          users.map((user) => [
            user.profile.userName,
            user.profile.displayName ?? '',
            user.profile.email ?? '',
            status(user),
            groupNames(user.memberships).join(' | '),
          ]),
        );
      }
      return exit.ok;
    }),
};

export const usersShow: Command = {
  name: 'users show',
  summary: 'Show one user: identities, groups and where each comes from',
  usage: 'NAME [--json]',
  help: 'NAME is a user name, an email address or a user id.\nExample: doorward users show ann@acme.example',
  options: {},
  words: [1, 1],
  run: (args, terminal) =>
    withUser(args, terminal, async (user) => {
      if (args.json) terminal.out(`${JSON.stringify(publicUser(user), null, 2)}\n`);
      else {
        const lines: [string, string][] = [
          ['id', user.id],
          ['user name', user.profile.userName],
          ['name', user.profile.displayName ?? ''],
          ['email', `${user.profile.email ?? ''}${user.profile.emailVerified ? ' (verified)' : ''}`],
          ['status', status(user)],
          ['last login', user.lastLoginAt === undefined ? 'never' : new Date(user.lastLoginAt).toISOString()],
          ...user.identities.map((each): [string, string] => [
            'identity',
            `${each.provider}: ${each.subject} at ${each.issuer}`,
          ]),
          ...user.memberships.map((each): [string, string] => [
            'group',
            `${each.group} (${formatSource(each.source)})`,
          ]),
        ];
        for (const [label, value] of lines) terminal.out(`${label.padEnd(12)}${value}\n`);
      }
      return exit.ok;
    }),
};

export const usersDisable: Command = {
  name: 'users disable',
  summary: "Switch a user off here and end the user's sessions",
  usage: 'NAME [--why TEXT] [--yes]',
  help: [
    "The user's next request is refused, also one in flight; the profile and the groups stay.",
    'No login and no SCIM client can undo it; `doorward users enable NAME` does. The last administrator needs --yes.',
    'Example: doorward users disable ann@acme.example --why "left the company"',
  ].join('\n'),
  options: { why: { type: 'string' }, yes: { type: 'boolean' } },
  words: [1, 1],
  run: (args, terminal) =>
    withUser(args, terminal, async (user, stores) => {
      const { why, yes } = args.flags;
      const did = await unlessLast(terminal, async () => {
        const { changed, ended } = await stores.people.disable(
          user.id,
          commandActor(),
          typeof why === 'string' ? why : undefined,
          { evenLast: yes === true },
        );
        terminal.out(
          `${user.profile.userName} ${changed ? 'is disabled' : 'was disabled already'}. Sessions ended: ${ended}.\n`,
        );
      });
      return did ? exit.ok : exit.no;
    }),
};

export const usersEnable: Command = {
  name: 'users enable',
  summary: 'Let a user that was disabled here come in again',
  usage: 'NAME [--why TEXT]',
  help: 'The user has the same groups as before. Someone whom SCIM switched off stays off.\nExample: doorward users enable ann@acme.example',
  options: { why: { type: 'string' } },
  words: [1, 1],
  run: (args, terminal) =>
    withUser(args, terminal, async (user, stores) => {
      const { why } = args.flags;
      const { changed, user: after } = await stores.people.enable(
        user.id,
        commandActor(),
        typeof why === 'string' ? why : undefined,
      );
      const still =
        standingRefusal(after) === 'deactivated_by_scim'
          ? ' SCIM has this user switched off, so no login succeeds yet.'
          : '';
      terminal.out(`${user.profile.userName} ${changed ? 'is enabled' : 'was not disabled'}.${still}\n`);
      return exit.ok;
    }),
};

async function withDirectory(
  args: Arguments,
  terminal: Terminal,
  use: (stores: Stores) => Promise<ExitCode>,
): Promise<ExitCode> {
  const config = await configOf(args, terminal);
  return config ? withStores(config, use) : exit.usage;
}

/** Finds the one user of that name and goes on with them; none or several is told, with what to do. */
export async function withUser(
  args: Arguments,
  terminal: Terminal,
  use: (user: User, stores: Stores) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withDirectory(args, terminal, async (stores) => {
    const name = args.words[0] ?? '';
    const found = await stores.directory.findByName(name);
    const [user] = found;
    if (!user) {
      terminal.err(
        `No user has the name, email address or id "${name}". See: doorward users list --search TEXT\n`,
      );
      return exit.no;
    }
    if (found.length > 1) {
      terminal.err(`"${name}" names ${found.length} users; say which one by its id:\n`);
      for (const each of found) {
        terminal.err(
          `  ${each.id}  ${each.profile.userName}  ${each.identities.map((id) => id.provider).join(', ')}\n`,
        );
      }
      return exit.no;
    }
    return use(user, stores);
  });
}

function complain(terminal: Terminal, message: string): ExitCode {
  terminal.err(`${message}\n`);
  return exit.usage;
}

function status(user: User): string {
  if (user.disabledAt !== undefined) return 'disabled';
  return user.deactivatedAt === undefined ? 'active' : 'deactivated by SCIM';
}

/** The user as scripts get it. */
function publicUser(user: User) {
  const { profile, memberships, ...rest } = user;
  return {
    ...rest,
    ...profile,
    status: standingRefusal(user) ?? 'active',
    groups: memberships.map((each) => ({ name: each.group, source: formatSource(each.source) })),
  };
}
