import { resolve } from 'node:path';
import { lossText, withStores, type Stores } from '../../app.ts';
import { formatProblems, loadConfig, mappingRules, type Config } from '../../config/index.ts';
import { exit, type Arguments, type Command, type Terminal } from '../command.ts';
import { configOf } from '../configuration.ts';
import { diffOf, lastInForce, type Diff, type RulesBefore } from '../rules-diff.ts';
import { printDiff } from './config-diff-text.ts';

export const configDiff: Command = {
  name: 'config diff',
  summary: 'Show which people changed rules would give groups, and from whom they would take them',
  usage: '[--from DIR] [--limit N] [--json]',
  help: [
    'Compares the rules of the files (who is admitted, which groups, which role) with those that a gateway of this',
    'directory took over last, or with those of the files in --from DIR, and goes through everybody who has signed in: by',
    'the claims of their last sign-in or, where none are kept, by the groups that sign-ins had granted.',
    'It changes nothing. People without any change are not listed; --limit (100) is for the list, not for the count.',
    'Exit code 0 when a reload would take the files over by itself, 1 when it would wait for `config reload --yes`.',
    'Example: doorward config diff --from /etc/doorward.before',
  ].join('\n'),
  options: { from: { type: 'string' }, limit: { type: 'string', default: '100' } },
  words: [0, 0],
  async run(args, terminal) {
    const config = await configOf(args, terminal);
    if (!config) return exit.usage;
    const limit = Number(args.flags['limit']);
    if (!Number.isInteger(limit) || limit < 0) {
      terminal.err('--limit takes a whole number\n');
      return exit.usage;
    }
    return withStores(config, async (stores) => {
      const before = await rulesBefore(stores, args, terminal);
      if (before === undefined) return exit.usage;
      const diff = await diffOf(stores, before, config, terminal);
      if (args.json) terminal.out(`${JSON.stringify(jsonOf(diff, config), null, 2)}\n`);
      else printDiff(terminal, diff, limit);
      return diff.over.length > 0 ? exit.no : exit.ok;
    });
  },
};

/** The rules that were last in force, or those of `--from`; undefined after it was said why there are none. */
async function rulesBefore(
  stores: Stores,
  args: Arguments,
  terminal: Terminal,
): Promise<RulesBefore | undefined> {
  const { from } = args.flags;
  if (typeof from !== 'string') {
    const before = await lastInForce(stores);
    if (before === undefined) {
      terminal.err(
        'No gateway has run with this directory yet, so nothing was in force before. To compare with other files: --from DIR\n',
      );
    }
    return before;
  }
  const loaded = await loadConfig(resolve(terminal.cwd, from), { env: terminal.env });
  if (!loaded.ok) {
    terminal.err(`${formatProblems(loaded.problems, { color: terminal.color, cwd: terminal.cwd })}\n`);
    return undefined;
  }
  const { config } = loaded;
  return {
    rules: mappingRules(config),
    version: config.version,
    maxLossPercent: config.reload.maxLossPercent,
  };
}

/** The whole of it, for scripts. */
function jsonOf(diff: Diff, config: Config): Readonly<Record<string, unknown>> {
  const { before, rules, changes, preview: result, over, maxLossPercent } = diff;
  return {
    from: before.version,
    to: config.version,
    rules,
    people: changes,
    looked: result.people,
    providers: result.providers,
    maxLossPercent,
    needsYes: over.length > 0,
    losses: over.map(lossText),
  };
}
