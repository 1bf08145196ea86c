import { randomBytes } from 'node:crypto';
import { createRecoveryToken, recoveryLinkLife } from '../../admin/index.ts';
import { withStores } from '../../app.ts';
import { exit, type Command } from '../command.ts';
import { configOf } from '../configuration.ts';
import { commandActor } from '../command-actor.ts';

export const adminRecover: Command = {
  name: 'admin recover',
  summary: 'Print a link that opens the console once, when nobody can sign in',
  usage: '',
  help: [
    'For whoever is at the machine. The link is good once and for 15 minutes; the session it opens lasts half an hour and',
    'reaches the console only. Both are written to the audit trail, with your name.',
    'Example: doorward admin recover',
  ].join('\n'),
  options: {},
  words: [0, 0],
  async run(args, terminal) {
    const config = await configOf(args, terminal);
    if (!config) return exit.usage;
    return withStores(config, async ({ sessions, audit }) => {
      const actor = commandActor();
      // First the record: a link that nobody can find out about must not exist.
      await audit.write({ type: 'admin.recovery_link', at: Date.now(), actor });
      const token = await createRecoveryToken(
        { transient: sessions.transient, random: (bytes) => randomBytes(bytes) },
        actor.name,
      );
      terminal.out(`${config.baseUrl}/admin/recover?token=${token}\n`);
      terminal.err(
        `Good once, for ${recoveryLinkLife / 60_000} minutes. It is in the audit trail that ${actor.name} asked for it.\n`,
      );
      return exit.ok;
    });
  },
};
