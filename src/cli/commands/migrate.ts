import { migrate as migrateDirectory } from '../../directory/index.ts';
import { exit, type Command } from '../command.ts';
import { configOf } from '../configuration.ts';

export const migrate: Command = {
  name: 'migrate',
  summary: "Bring the directory's tables up to this version",
  usage: '[--json]',
  help: '`doorward serve` does the same when it starts; several processes may do it at once.\nExample: doorward migrate',
  options: {},
  words: [0, 0],
  async run(args, terminal) {
    const config = await configOf(args, terminal);
    if (!config) return exit.usage;
    const { applied, version } = await migrateDirectory(config.state.directory);
    if (args.json) terminal.out(`${JSON.stringify({ applied, version })}\n`);
    else if (applied.length === 0) terminal.out(`Nothing to do: the tables are at ${version}.\n`);
    else
      terminal.out(`${applied.map((name) => `applied ${name}\n`).join('')}The tables are at ${version}.\n`);
    return exit.ok;
  },
};
