import type { Config, ProviderConfig } from '../../config/index.ts';
import { Failure, toFailure } from '../../identity/index.ts';
import { exit, type Arguments, type Command, type ExitCode, type Terminal } from '../command.ts';
import { configOf } from '../configuration.ts';
import { unlessLast } from '../last-administrator.ts';
import { nearest } from '../nearest.ts';
import { withUser } from './users.ts';
import { commandActor } from '../command-actor.ts';

const identityFlags = {
  provider: { type: 'string' },
  subject: { type: 'string' },
  issuer: { type: 'string' },
} as const;
const identityHelp =
  'The subject is what the provider calls the person: sub, NameID, or oid at Microsoft. --issuer is needed only where the\nprovider has several (Microsoft with tenants, SAML metadata by URL).';

export const usersLink: Command = {
  name: 'users link',
  summary: 'Join an identity at a provider to a user, who may then sign in by it',
  usage: 'NAME --provider NAME --subject SUBJECT [--issuer ISSUER]',
  help: `${identityHelp}\nExample: doorward users link ann@acme.example --provider okta --subject 00u1ab2`,
  options: identityFlags,
  words: [1, 1],
  run: (args, terminal) =>
    withIdentity(args, terminal, (identity) =>
      withUser(args, terminal, async (user, { links }) => {
        const result = await links.link(user.id, identity, commandActor());
        if (result === 'taken') {
          terminal.err('Another user has that identity. Take it away there first: doorward users unlink\n');
          return exit.no;
        }
        terminal.out(
          `${user.profile.userName} ${result === 'linked' ? 'may now sign in' : 'could already sign in'} as ${identity.subject} at ${identity.provider}.\n`,
        );
        return exit.ok;
      }),
    ),
};

export const usersUnlink: Command = {
  name: 'users unlink',
  summary: 'Take an identity away from a user; the next login by it is a first login',
  usage: 'NAME --provider NAME --subject SUBJECT [--issuer ISSUER] [--yes]',
  help: `${identityHelp}\nThe user's sessions end.\nExample: doorward users unlink ann@acme.example --provider okta --subject 00u1ab2`,
  options: { ...identityFlags, yes: { type: 'boolean' } },
  words: [1, 1],
  run: (args, terminal) =>
    withIdentity(args, terminal, (identity) =>
      withUser(args, terminal, async (user, { links }) => {
        const evenLast = args.flags['yes'] === true;
        let result = { changed: false, ended: 0 };
        const done = await unlessLast(terminal, async () => {
          result = await links.unlink(user.id, identity, commandActor(), { evenLast });
        });
        if (!done) return exit.no;
        if (!result.changed) {
          terminal.err(`${user.profile.userName} has no such identity. See: doorward users show\n`);
          return exit.no;
        }
        terminal.out(
          `${user.profile.userName} no longer signs in as ${identity.subject}. Sessions ended: ${result.ended}.\n`,
        );
        return exit.ok;
      }),
    ),
};

export const usersRelink: Command = {
  name: 'users relink',
  summary: 'Give a user a new subject at a provider: a new tenant, a renamed NameID',
  usage: 'NAME --provider NAME --subject NEW-SUBJECT [--issuer ISSUER]',
  help: `The user's other identities at that provider are taken away.\n${identityHelp}\nExample: doorward users relink ann@acme.example --provider okta --subject 00u9zz9`,
  options: identityFlags,
  words: [1, 1],
  run: (args, terminal) =>
    withIdentity(args, terminal, (identity) =>
      withUser(args, terminal, async (user, { links }) => {
        const result = await links.relink(user.id, identity, commandActor());
        if (result === 'taken') {
          terminal.err('Another user has that identity. Take it away there first: doorward users unlink\n');
          return exit.no;
        }
        terminal.out(
          `${user.profile.userName} now signs in as ${identity.subject} at ${identity.provider}; ${result.takenAway} taken away. Sessions ended: ${result.ended}.\n`,
        );
        return exit.ok;
      }),
    ),
};

/** The identity that the flags name, or what is wrong with them. */
async function withIdentity(
  args: Arguments,
  terminal: Terminal,
  use: (identity: { provider: string; issuer: string; subject: string }) => Promise<ExitCode>,
): Promise<ExitCode> {
  const config = await configOf(args, terminal);
  if (!config) return exit.usage;
  const provider = providerOf(config, args, terminal);
  if (!provider) return exit.usage;
  const { subject, issuer = issuerOf(provider) } = args.flags;
  if (typeof subject !== 'string' || subject === '')
    return complain(terminal, 'Say which identity: --subject SUBJECT.');
  if (typeof issuer !== 'string')
    return complain(terminal, `Say at which issuer: ${provider.id} may have several.`);
  try {
    return await use({ provider: provider.id, issuer, subject });
  } catch (error) {
    const failure = toFailure(error);
    if (failure.detail !== 'directory.identity_key') throw new Failure(failure.code, { cause: error });
    return complain(terminal, 'That subject cannot be stored: it is too long, or not text.');
  }
}

/** The one issuer of a provider; undefined where there are several, or where only its metadata knows. */
function issuerOf(provider: ProviderConfig): string | undefined {
  if (provider.protocol === 'oidc') return provider.tenants.length > 0 ? undefined : provider.issuer;
  return provider.idp.entityId;
}

function providerOf(config: Config, args: Arguments, terminal: Terminal): ProviderConfig | undefined {
  const ids = config.providers.map(({ id }) => id);
  const name = args.flags['provider'];
  const found = config.providers.find(({ id }) => id === name);
  if (!found) {
    const guess = typeof name === 'string' ? nearest(name, ids) : undefined;
    terminal.err(`Say which provider: --provider ${guess ?? ids.join(' | ')}\n`);
  }
  return found;
}

function complain(terminal: Terminal, message: string): ExitCode {
  terminal.err(`${message}\n`);
  return exit.usage;
}
