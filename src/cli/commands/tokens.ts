import { withStores } from '../../app.ts';
import { parseDuration } from '../../config/index.ts';
import type { User } from '../../identity/index.ts';
import type { TokenRefusal } from '../../tokens/index.ts';
import { exit, type Arguments, type Command, type Terminal } from '../command.ts';
import { configOf } from '../configuration.ts';
import { printTable } from '../table.ts';
import { commandActor } from '../command-actor.ts';
import { withUser } from './users.ts';

const refusals: Readonly<Record<TokenRefusal, string>> = {
  name: '--name takes 1 to 100 characters',
  lifetime: '--expires takes a duration such as 30d, no longer than tokens.maxAge of gateway.yaml',
  too_many: 'this person has 50 live tokens already; revoke one first',
};

export const tokensCreate: Command = {
  name: 'tokens create',
  summary: "Make an API token for a user's scripts; it is printed this one time",
  usage: 'USER --name TEXT [--expires DURATION] [--provider ID] [--json]',
  help: [
    'The token opens what the user may open, as long as the user may. Scripts send it as Authorization: Bearer dw_…',
    'It lives as long as tokens.maxAge allows, or shorter with --expires. --provider says by whose rules the role is',
    'found, for someone known to several.',
    'Example: doorward tokens create ann@acme.example --name "nightly export" --expires 30d',
  ].join('\n'),
  options: { name: { type: 'string' }, expires: { type: 'string' }, provider: { type: 'string' } },
  words: [1, 1],
  async run(args, terminal) {
    const { name, expires } = args.flags;
    const lifetime = typeof expires === 'string' ? parseDuration(expires) : undefined;
    if (typeof name !== 'string') return usage(terminal, 'a token needs a name: --name TEXT');
    if (expires !== undefined && lifetime === undefined) return usage(terminal, refusals.lifetime);
    if (!(await acceptsTokens(args, terminal))) return exit.usage;
    return withUser(args, terminal, async (user, { tokens }) => {
      const provider = providerOf(user, args);
      if (provider === undefined) return usage(terminal, 'say which provider: --provider ID');
      const request = { userId: user.id, provider, name, ...(lifetime !== undefined && { lifetime }) };
      const made = await tokens.create(request, commandActor());
      if (made.kind !== 'created') return usage(terminal, refusals[made.kind]);
      const { id, expiresAt } = made.token;
      const until = new Date(expiresAt).toISOString();
      if (args.json) terminal.out(`${JSON.stringify({ id, token: made.text, expiresAt: until })}\n`);
      else {
        terminal.out(`${made.text}\n`);
        terminal.err(`Token ${id}, valid until ${until}. It is not shown again.\n`);
      }
      return exit.ok;
    });
  },
};

export const tokensList: Command = {
  name: 'tokens list',
  summary: 'List live API tokens: whose, what for, until when, last used',
  usage: '[--json]',
  help: 'Example: doorward tokens list',
  options: {},
  words: [0, 0],
  async run(args, terminal) {
    const config = await configOf(args, terminal);
    if (!config) return exit.usage;
    return withStores(config, async ({ tokens, directory }) => {
      const rows = await Promise.all(
        (await tokens.list()).map(async (token) => ({
          id: token.id,
          userName: (await directory.snapshot(token.userId))?.userName ?? token.userId,
          name: token.name,
          provider: token.provider,
          created: time(token.createdAt),
          expires: time(token.expiresAt),
          lastUsed: token.lastUsedAt === undefined ? undefined : time(token.lastUsedAt),
        })),
      );
      if (args.json) terminal.out(`${JSON.stringify(rows, null, 2)}\n`);
      else {
        printTable(
          terminal,
          ['TOKEN', 'USER NAME', 'NAME', 'EXPIRES', 'LAST USED'],
          rows.map((row) => [row.id, row.userName, row.name, row.expires, row.lastUsed ?? 'never']),
        );
      }
      return exit.ok;
    });
  },
};

export const tokensRevoke: Command = {
  name: 'tokens revoke',
  summary: 'Revoke an API token: the next request with it is refused',
  usage: 'USER TOKEN',
  help: 'TOKEN is the id that `doorward tokens list` shows.\nExample: doorward tokens revoke ann@acme.example 4f1c9d20aa03be11',
  options: {},
  words: [2, 2],
  run: (args, terminal) =>
    withUser(args, terminal, async (user, { tokens }) => {
      const id = args.words[1] ?? '';
      if (await tokens.revoke(user.id, id, commandActor())) {
        terminal.out(`Token ${id} of ${user.profile.userName} is revoked.\n`);
        return exit.ok;
      }
      terminal.err(`${user.profile.userName} has no live token "${id}". See: doorward tokens list\n`);
      return exit.no;
    }),
};

/** The one named, or the only one the user is known to. */
function providerOf(user: User, args: Arguments): string | undefined {
  const known = [...new Set(user.identities.map(({ provider }) => provider))];
  const { provider } = args.flags;
  if (typeof provider === 'string') return known.includes(provider) ? provider : undefined;
  return known.length === 1 ? known[0] : undefined;
}

async function acceptsTokens(args: Arguments, terminal: Terminal): Promise<boolean> {
  const config = await configOf(args, terminal);
  if (config && !config.tokens.personal) {
    terminal.err('API tokens are not accepted here: set tokens: { personal: true } in gateway.yaml first\n');
  }
  return config?.tokens.personal === true;
}

function usage(terminal: Terminal, message: string): typeof exit.usage {
  terminal.err(`${message}\n`);
  return exit.usage;
}

function time(at: number): string {
  return new Date(at).toISOString();
}
