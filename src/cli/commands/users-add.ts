import { invitationsOf, withStores } from '../../app.ts';
import { inviteText, readNewPerson, type InviteResult } from '../../admin/index.ts';
import { commandActor } from '../command-actor.ts';
import { exit, type Arguments, type Command, type ExitCode, type Terminal } from '../command.ts';
import { configOf } from '../configuration.ts';
import { withUser } from './users.ts';

const noMail =
  'There is no mail server to send invitations by. Name one in gateway.yaml: mail: { url: …, from: … }\n';

export const usersAdd: Command = {
  name: 'users add',
  summary: 'Add a person before the first login, with groups, and invite them',
  usage:
    '[--email ADDRESS] [--external-id ID] [--provider NAME] [--name NAME] [--group GROUP]… [--role ROLE] [--invite]',
  help: [
    'The first login that answers to the external id, or to the address, finds this person and their groups.',
    'An address counts only when the provider vouches for it and lists its domain in admit.emailDomains. With --provider the',
    'external id is what that provider calls the person; without, the one that providers with linkBy: externalId share.',
    '--role adds the group that gives the role by the files; a role is never stored.',
    '--invite writes to the address; --language says in which language. When it cannot be sent, the person is kept.',
    'Example: doorward users add --email zoe@acme.example --name "Zoe Example" --group stewards --invite',
  ].join('\n'),
  options: {
    email: { type: 'string' },
    provider: { type: 'string' },
    'external-id': { type: 'string' },
    name: { type: 'string' },
    group: { type: 'string', multiple: true },
    role: { type: 'string' },
    invite: { type: 'boolean' },
    language: { type: 'string' },
  },
  words: [0, 0],
  async run(args, terminal) {
    const config = await configOf(args, terminal);
    if (!config) return exit.usage;
    const groups: unknown = args.flags['group'];
    const read = readNewPerson(
      {
        email: textFlag(args, 'email'),
        externalId: textFlag(args, 'external-id'),
        provider: textFlag(args, 'provider'),
        displayName: textFlag(args, 'name'),
        groups: Array.isArray(groups) ? groups.filter((each) => typeof each === 'string') : [],
        role: textFlag(args, 'role'),
      },
      config.providers,
    );
    if ('wrong' in read) return complain(terminal, `${read.wrong}\n`);
    const invites = args.flags['invite'] === true;
    if (invites && config.mail === undefined) return complain(terminal, noMail);
    return withStores(config, async (stores) => {
      const user = await stores.links.add(read.person, commandActor());
      const invitation = invites
        ? await invitationsOf(config, stores).invite(user.id, commandActor(), textFlag(args, 'language'))
        : undefined;
      if (args.json)
        terminal.out(
          `${JSON.stringify({ id: user.id, ...(invitation && { invitation: invitation.kind }) })}\n`,
        );
      else terminal.out(`${user.profile.userName} is added (${user.id}) and may sign in.\n`);
      if (invitation === undefined) return exit.ok;
      if (invitation.kind !== 'sent' || !args.json) tell(terminal, invitation);
      if (invitation.kind !== 'sent')
        terminal.err(`To try again: doorward users invite ${user.profile.userName}\n`);
      return codeOf(invitation);
    });
  },
};

export const usersInvite: Command = {
  name: 'users invite',
  summary: 'Write to a person that they can sign in, and where',
  usage: 'NAME [--language TAG] [--json]',
  help: [
    'The letter has the address of the login page, which is the same for everybody and lets nobody in by itself.',
    'In the language of --language, else of the person, else of mail.language. At most three an hour for one person,',
    'and mail.maxPerHour for all. What was sent, and what could not be, is in the audit trail.',
    'Exit code 0 when the mail server has accepted it, 1 when there is nothing to send or too much, 3 when it failed.',
    'Example: doorward users invite zoe@acme.example',
  ].join('\n'),
  options: { language: { type: 'string' } },
  words: [1, 1],
  async run(args, terminal) {
    const config = await configOf(args, terminal);
    if (!config) return exit.usage;
    if (config.mail === undefined) return complain(terminal, noMail);
    return withUser(args, terminal, async (user, stores) => {
      const result = await invitationsOf(config, stores).invite(
        user.id,
        commandActor(),
        textFlag(args, 'language'),
      );
      if (args.json) terminal.out(`${JSON.stringify({ id: user.id, invitation: result.kind })}\n`);
      else tell(terminal, result);
      return codeOf(result);
    });
  },
};

function tell(terminal: Terminal, result: InviteResult): void {
  if (result.kind === 'sent') terminal.out(`${inviteText(result)}\n`);
  else terminal.err(`${inviteText(result)}\n`);
}

function codeOf({ kind }: InviteResult): ExitCode {
  if (kind === 'sent') return exit.ok;
  return kind === 'failed' ? exit.failed : exit.no;
}

function textFlag(args: Arguments, flag: string): string | undefined {
  const value = args.flags[flag];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function complain(terminal: Terminal, message: string): ExitCode {
  terminal.err(message);
  return exit.usage;
}
