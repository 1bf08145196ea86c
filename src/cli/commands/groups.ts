import { withStores } from '../../app.ts';
import { exit, type Command } from '../command.ts';
import { configOf } from '../configuration.ts';
import { printTable } from '../table.ts';
import { commandActor } from '../command-actor.ts';
import { unlessLast } from '../last-administrator.ts';
import { withUser } from './users.ts';

export const groupsList: Command = {
  name: 'groups list',
  summary: 'List the groups and how many people are in each',
  usage: '[--json]',
  help: 'Example: doorward groups list',
  options: {},
  words: [0, 0],
  async run(args, terminal) {
    const config = await configOf(args, terminal);
    if (!config) return exit.usage;
    return withStores(config, async ({ directory }) => {
      const groups = await directory.listGroups();
      if (args.json) terminal.out(`${JSON.stringify(groups, null, 2)}\n`);
      else
        printTable(
          terminal,
          ['GROUP', 'MEMBERS'],
          groups.map((group) => [group.name, String(group.members)]),
        );
      return exit.ok;
    });
  },
};

export const groupsAdd: Command = {
  name: 'groups add',
  summary: 'Put a user into a local group; no login takes that away',
  usage: 'NAME GROUP',
  help: 'The group is made when there is none of that name.\nExample: doorward groups add ann@acme.example stewards',
  options: {},
  words: [2, 2],
  run: (args, terminal) =>
    withUser(args, terminal, async (user, stores) => {
      const group = args.words[1] ?? '';
      const changed = await stores.people.addToGroup(user.id, group, commandActor());
      terminal.out(`${user.profile.userName} ${changed ? 'is now' : 'was already'} in ${group}.\n`);
      return exit.ok;
    }),
};

export const groupsRemove: Command = {
  name: 'groups remove',
  summary: 'Take back a local membership; what a provider granted stays',
  usage: 'NAME GROUP [--yes]',
  help: 'If nobody could open the console afterwards, it needs --yes.\nExample: doorward groups remove ann@acme.example stewards',
  options: { yes: { type: 'boolean' } },
  words: [2, 2],
  run: (args, terminal) =>
    withUser(args, terminal, async (user, stores) => {
      const group = args.words[1] ?? '';
      let removed = false;
      const did = await unlessLast(terminal, async () => {
        const options = { evenLast: args.flags['yes'] === true };
        removed = await stores.people.removeFromGroup(user.id, group, commandActor(), options);
      });
      if (removed) terminal.out(`${user.profile.userName} is no longer in ${group} by local grant.\n`);
      else if (did) terminal.err(`${user.profile.userName} has no local membership in ${group}.\n`);
      return removed ? exit.ok : exit.no;
    }),
};
