import { setTimeout as sleep } from 'node:timers/promises';
import { withStores, type Stores } from '../../app.ts';
import type { AuditEvent } from '../../audit/index.ts';
import { commandActor } from '../command-actor.ts';
import { exit, type Command } from '../command.ts';
import { configOf } from '../configuration.ts';
import { diffOf, lastInForce } from '../rules-diff.ts';
import { printDiff } from './config-diff-text.ts';

/** How long the command waits for a gateway to have taken the files over, milliseconds. */
const patience = 8_000;

export const configReload: Command = {
  name: 'config reload',
  summary: 'Have changed files taken over, also when they take much away (--yes)',
  usage: '[--yes]',
  help: [
    'A running gateway takes changed files over by itself, unless they take more memberships away than',
    'reload.maxLossPercent allows: then it holds them back. This shows what they would do; with --yes exactly these files',
    'are accepted, written into the audit trail, and every gateway of this directory takes them over within seconds.',
    'Files that change once more have to be accepted once more. Waits until a gateway has them in force.',
    'Exit code 0 when they are in force (or will be at the next start), 1 when they wait for --yes.',
    'Example: doorward config reload --yes',
  ].join('\n'),
  options: { yes: { type: 'boolean' } },
  words: [0, 0],
  async run(args, terminal) {
    const config = await configOf(args, terminal);
    if (!config) return exit.usage;
    return withStores(config, async (stores) => {
      const before = await lastInForce(stores);
      if (before === undefined) {
        terminal.out('No gateway has run with this directory yet: the files count when one starts.\n');
        return exit.ok;
      }
      if (before.version === config.version) {
        terminal.out(`These files (${config.version}) are in force.\n`);
        return exit.ok;
      }
      const diff = await diffOf(stores, before, config, terminal);
      printDiff(terminal, diff, 20);
      if (diff.over.length > 0 && args.flags['yes'] !== true) return exit.no;
      if (diff.over.length > 0) await accept(stores, config.version);
      if (await isInForce(stores, config.version)) {
        terminal.out(`These files (${config.version}) are in force.\n`);
        return exit.ok;
      }
      terminal.out(
        `${diff.over.length > 0 ? 'Accepted. ' : ''}No gateway has taken the files over within ${patience / 1000} s: if one runs, send it SIGHUP; if none does, they count when it starts.\n`,
      );
      return exit.ok;
    });
  },
};

async function accept({ directory }: Pick<Stores, 'directory'>, version: string): Promise<void> {
  const at = Date.now();
  await directory.acceptRules(version, at, (): AuditEvent[] => [
    { type: 'config.accepted', at, actor: commandActor(), version },
  ]);
}

async function isInForce({ directory }: Pick<Stores, 'directory'>, version: string): Promise<boolean> {
  for (const end = Date.now() + patience; Date.now() < end;) {
    if ((await directory.rulesInForce())?.version === version) return true;
    await sleep(200);
  }
  return false;
}
