import { personData } from '../../admin/index.ts';
import { exit, type Command } from '../command.ts';
import { commandActor } from '../command-actor.ts';
import { withUser } from './users.ts';

export const usersExport: Command = {
  name: 'users export',
  summary: 'Print everything that is kept of a person, as JSON',
  usage: 'NAME',
  help: 'For a person who asks for their data. No secret is in it.\nExample: doorward users export ann@acme.example > ann.json',
  options: {},
  words: [1, 1],
  run: (args, terminal) =>
    withUser(args, terminal, async (user, { directory, sessions }) => {
      const data = await personData(user.id, { directory, sessions, now: Date.now });
      if (data === undefined) return exit.no;
      terminal.out(`${JSON.stringify(data, null, 2)}\n`);
      return exit.ok;
    }),
};

export const usersErase: Command = {
  name: 'users erase',
  summary: 'Remove a person for good: profile, identities, memberships, sessions',
  usage: 'NAME [--yes]',
  help: [
    'The audit trail keeps what happened, with the id as a pseudonym and without name, address or reason. This cannot be',
    'undone. Without --yes it only says what would go; --yes is also needed for the last administrator.',
    'Example: doorward users erase ann@acme.example --yes',
  ].join('\n'),
  options: { yes: { type: 'boolean' } },
  words: [1, 1],
  run: (args, terminal) =>
    withUser(args, terminal, async (user, { people, sessions }) => {
      const name = user.profile.userName;
      if (args.flags['yes'] !== true) {
        const live = await sessions.listByUser(user.id);
        terminal.err(
          `This would erase ${name} (${user.id}): ${user.identities.length} identities, ${user.memberships.length} memberships, ${live.length} sessions. To do it, add --yes.\n`,
        );
        return exit.no;
      }
      const { ended } = await people.erase(user.id, commandActor(), { evenLast: true });
      terminal.out(`${name} is erased. Sessions ended: ${ended}. The audit trail knows ${user.id}.\n`);
      return exit.ok;
    }),
};
