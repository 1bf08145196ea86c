import { randomBytes } from 'node:crypto';
import { scimProviders, withStores } from '../../app.ts';
import { parseDuration, type Config } from '../../config/index.ts';
import type { ScimToken } from '../../directory/index.ts';
import { createTokens, warningDue, type Tokens } from '../../scim/index.ts';
import { exit, type Arguments, type Command, type ExitCode, type Terminal } from '../command.ts';
import { configOf } from '../configuration.ts';
import { nearest } from '../nearest.ts';
import { printTable } from '../table.ts';
import { commandActor } from '../command-actor.ts';

const longestLife = parseDuration('3650d') ?? 0;

export const scimTokenCreate: Command = {
  name: 'scim token create',
  summary: 'Make a token for a provider’s SCIM client; it is shown once',
  usage: 'PROVIDER --name NAME [--expires 365d] [--oauth] [--json]',
  help: [
    'A token belongs to a provider and sees nothing of another one. Several may hold at once, so that one can be',
    'replaced before it ends; the log warns 30, 14 and 3 days ahead.',
    '--oauth  makes a client id and secret for /scim/oauth/token instead (OAuth 2.0 client credentials)',
    'Example: doorward scim token create okta --name "Okta, production" --expires 365d',
  ].join('\n'),
  options: { name: { type: 'string' }, expires: { type: 'string' }, oauth: { type: 'boolean' } },
  words: [1, 1],
  run: (args, terminal) =>
    withTokens(args, terminal, async (tokens, config) => {
      const provider = scimProvider(config, args.words[0] ?? '', terminal);
      if (provider === undefined) return exit.usage;
      const { name, expires } = args.flags;
      if (typeof name !== 'string' || name.trim() === '' || name.length > 100)
        return complain(
          terminal,
          'Say what the token is for: --name "Okta, production" (at most 100 characters)',
        );
      const lifetime = typeof expires === 'string' ? parseDuration(expires) : undefined;
      const isWrong =
        expires !== undefined && (lifetime === undefined || lifetime <= 0 || lifetime > longestLife);
      if (isWrong) return complain(terminal, '--expires takes a duration such as 90d, up to 3650d');
      const kind = args.flags['oauth'] === true ? 'client' : 'bearer';
      const { token, secret } = await tokens.create({
        provider,
        kind,
        name: name.trim(),
        expiresAt: lifetime === undefined ? undefined : Date.now() + lifetime,
        actor: commandActor(),
      });
      const base = `${config.baseUrl}/scim`;
      if (args.json) {
        const shown = kind === 'client' ? { clientId: token.id, clientSecret: secret } : { token: secret };
        const urls = { url: `${base}/v2`, ...(kind === 'client' && { tokenUrl: `${base}/oauth/token` }) };
        terminal.out(
          `${JSON.stringify({ ...publicToken(token, Date.now()), ...urls, ...shown }, null, 2)}\n`,
        );
        return exit.ok;
      }
      const lines =
        kind === 'client'
          ? [
              `token endpoint  ${base}/oauth/token`,
              `client id       ${token.id}`,
              `client secret   ${secret}`,
            ]
          : [`token           ${secret}`];
      terminal.out(
        [
          `This is shown once; only its digest is kept.`,
          '',
          `tenant URL      ${base}/v2`,
          ...lines,
          '',
          token.expiresAt === undefined
            ? 'It does not expire.'
            : `It expires on ${new Date(token.expiresAt).toISOString()}.`,
          '',
        ].join('\n'),
      );
      return exit.ok;
    }),
};

export const scimTokenList: Command = {
  name: 'scim token list',
  summary: 'List the tokens of SCIM clients, when they end and when they were last used',
  usage: '[PROVIDER] [--json]',
  help: 'Example: doorward scim token list okta',
  options: {},
  words: [0, 1],
  run: (args, terminal) =>
    withTokens(args, terminal, async (tokens) => {
      const at = Date.now();
      const rows = (await tokens.list(args.words[0])).map((token) => publicToken(token, at));
      if (args.json) terminal.out(`${JSON.stringify(rows, null, 2)}\n`);
      else {
        printTable(
          terminal,
          ['ID', 'PROVIDER', 'KIND', 'NAME', 'STATE', 'ENDS', 'LAST USED'],
          rows.map((row) => [
            row.id,
            row.provider,
            row.kind,
            row.name,
            row.endsWithinDays === undefined ? row.state : `${row.state}, ends soon`,
            row.expiresAt ?? 'never',
            row.lastUsedAt ?? 'never',
          ]),
        );
        for (const { id, name, endsWithinDays } of rows) {
          if (endsWithinDays !== undefined)
            terminal.err(
              `${id} (${name}) ends within ${endsWithinDays} days: make a new one and give it to the provider before.\n`,
            );
        }
      }
      return exit.ok;
    }),
};

export const scimTokenRevoke: Command = {
  name: 'scim token revoke',
  summary: 'End a token; the next request that brings it is refused',
  usage: 'ID',
  help: 'What was issued to an OAuth client ends with it.\nExample: doorward scim token revoke 3f1c9a0d2b7e4455',
  options: {},
  words: [1, 1],
  run: (args, terminal) =>
    withTokens(args, terminal, async (tokens) => {
      const id = args.words[0] ?? '';
      const revoked = await tokens.revoke(id, commandActor());
      if (revoked === undefined) {
        terminal.err(`There is no token "${id}". See: doorward scim token list\n`);
        return exit.no;
      }
      terminal.out(revoked ? `The token ${id} is revoked.\n` : `The token ${id} was revoked before.\n`);
      return exit.ok;
    }),
};

/** A provider whose file has SCIM; told when there is none by that name. */
export function scimProvider(config: Config, name: string, terminal: Terminal): string | undefined {
  if (scimProviders(config).has(name)) return name;
  const ids = config.providers.map(({ id }) => id);
  if (ids.includes(name)) {
    terminal.err(`The provider "${name}" has no SCIM. Add this to providers/${name}.yaml:\n\n  scim: {}\n\n`);
    return undefined;
  }
  const guess = nearest(name, ids);
  terminal.err(
    `There is no provider "${name}".${guess ? ` Did you mean "${guess}"?` : ''} There are: ${ids.join(', ')}\n`,
  );
  return undefined;
}

async function withTokens(
  args: Arguments,
  terminal: Terminal,
  use: (tokens: Tokens, config: Config) => Promise<ExitCode>,
): Promise<ExitCode> {
  const config = await configOf(args, terminal);
  if (!config) return exit.usage;
  return withStores(config, ({ directory }) =>
    use(createTokens({ tokens: directory.scim.tokens, now: Date.now, random: randomBytes }), config),
  );
}

function publicToken(token: ScimToken, at: number) {
  const { id, provider, kind, name, expiresAt } = token;
  const iso = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString());
  const state =
    token.revokedAt !== undefined
      ? 'revoked'
      : expiresAt !== undefined && expiresAt <= at
        ? 'expired'
        : 'valid';
  return {
    id,
    provider,
    kind: kind === 'client' ? 'oauth client' : 'bearer',
    name,
    state,
    endsWithinDays: warningDue(token, at),
    createdAt: iso(token.createdAt),
    expiresAt: iso(expiresAt),
    lastUsedAt: iso(token.lastUsedAt),
    revokedAt: iso(token.revokedAt),
  };
}

function complain(terminal: Terminal, message: string): ExitCode {
  terminal.err(`${message}\n`);
  return exit.usage;
}
