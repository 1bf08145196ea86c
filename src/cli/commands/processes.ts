import { divergence, lately, withStores } from '../../app.ts';
import { exit, type Command } from '../command.ts';
import { configOf } from '../configuration.ts';
import { printTable } from '../table.ts';

export const processes: Command = {
  name: 'processes',
  summary: 'List the gateways that run, and the configuration each has in force',
  usage: '[--json]',
  help: [
    'A gateway is listed for 45 seconds after it was last seen. Ends with 1 when they do not all run with the same',
    'configuration. FILES HERE is what --config holds now: a gateway that shows another version has not taken it over.',
    'Example: doorward processes',
  ].join('\n'),
  options: {},
  words: [0, 0],
  async run(args, terminal) {
    const config = await configOf(args, terminal);
    if (!config) return exit.usage;
    const running = await withStores(config, ({ directory }) => directory.gateways.list(lately));
    const versions = divergence(running);
    if (args.json) {
      const rows = running.map(({ startedAt, age, ...each }) => ({
        ...each,
        startedAt: new Date(startedAt).toISOString(),
        secondsAgo: Math.round(age / 1_000),
      }));
      terminal.out(`${JSON.stringify({ here: config.version, processes: rows }, null, 2)}\n`);
      return versions ? exit.no : exit.ok;
    }
    const rows = running.map(({ host, pid, program, configVersion, startedAt, age }) => [
      host,
      String(pid),
      program,
      configVersion,
      new Date(startedAt).toISOString(),
      `${Math.round(age / 1_000)} s ago`,
    ]);
    rows.push(['FILES HERE', '', '', config.version, '', '']);
    printTable(terminal, ['HOST', 'PROCESS', 'VERSION', 'CONFIGURATION', 'STARTED', 'SEEN'], rows);
    if (!versions) return exit.ok;
    terminal.err('The gateways do not all run with the same configuration.\n');
    return exit.no;
  },
};
