import { keyringOf, withStores } from '../../app.ts';
import type { KeyAt, Keyring, KeyUse } from '../../keys/index.ts';
import { exit, type Arguments, type Command, type ExitCode, type Terminal } from '../command.ts';
import { configOf } from '../configuration.ts';
import { printTable } from '../table.ts';
import { commandActor } from '../command-actor.ts';

const minute = 60_000;

export const keysList: Command = {
  name: 'keys list',
  summary: "List the gateway's own keys: which signs, which will, which did",
  usage: '[--json]',
  help: 'Keys are made when they are first needed.\nExample: doorward keys list',
  options: {},
  words: [0, 0],
  run: (args, terminal) =>
    withKeyring(args, terminal, async (keyring) => {
      const rows = (await keyring.list()).map(rowOf);
      if (args.json) terminal.out(`${JSON.stringify(rows, null, 2)}\n`);
      else {
        printTable(
          terminal,
          ['USE', 'STATE', 'KEY', 'MADE', 'SIGNS FROM', 'PUBLISHED UNTIL'],
          rows.map((row) => [
            row.use,
            row.state,
            row.id.slice(0, 12),
            row.createdAt,
            row.signsFrom,
            row.publishedUntil ?? '',
          ]),
        );
      }
      return exit.ok;
    }),
};

/** What a person means by a word: SAML's two pairs are rotated together. */
const meant: Readonly<Record<string, readonly KeyUse[]>> = {
  saml: ['saml-signing', 'saml-decryption'],
  assertion: ['assertion'],
};

export const keysRotate: Command = {
  name: 'keys rotate',
  summary: 'Make a new key: published at once, signing after a while, the old one published a while longer',
  usage: '[saml|assertion] [--now] [--compromised]',
  help: [
    'A new SAML key signs after 14 days: load our metadata at the identity provider in that time. A new assertion key',
    'signs after 15 minutes: applications find it in the key set by themselves. Without a word, both are rotated.',
    '--now          it signs within a minute; a key that waits already signs sooner',
    '--compromised  the same, and the old key is not published any more',
    'Example: doorward keys rotate saml',
  ].join('\n'),
  options: { now: { type: 'boolean' }, compromised: { type: 'boolean' } },
  words: [0, 1],
  async run(args, terminal) {
    const [word] = args.words;
    const uses = word === undefined ? Object.values(meant).flat() : meant[word];
    if (uses === undefined) {
      terminal.err(`there are no keys for "${word}"; expected saml or assertion\n`);
      return exit.usage;
    }
    const drop = args.flags['compromised'] === true;
    const hurry = drop || args.flags['now'] === true;
    return withKeyring(args, terminal, async (keyring) => {
      let done = false;
      for (const use of uses) {
        // Running gateways look for keys twice a minute: each has to know it before any signs with it.
        const options = { actor: commandActor(), drop, ...(hurry && { notice: minute }) };
        const { kind, key } = await keyring.rotate(use, options);
        const from = new Date(key.signsFrom).toISOString();
        const id = key.id.slice(0, 12);
        if (kind === 'waiting') {
          terminal.err(
            `${use}: the next key ${id} is there already; it signs from ${from} (--now: at once)\n`,
          );
        } else {
          terminal.out(`${use}: ${kind === 'made' ? 'made' : 'hastened'} ${id}, which signs from ${from}\n`);
          done = true;
        }
      }
      return done ? exit.ok : exit.no;
    });
  },
};

async function withKeyring(
  args: Arguments,
  terminal: Terminal,
  use: (keyring: Keyring) => Promise<ExitCode>,
): Promise<ExitCode> {
  const config = await configOf(args, terminal);
  if (!config) return exit.usage;
  return withStores(config, ({ directory }) => use(keyringOf(config, directory)));
}

/** A key as scripts get it: nothing of the private part. */
function rowOf(key: KeyAt) {
  const { use, state, id, createdAt, signsFrom, publishedUntil, publicPart } = key;
  return {
    use,
    state,
    id,
    createdAt: new Date(createdAt).toISOString(),
    signsFrom: new Date(signsFrom).toISOString(),
    publishedUntil: publishedUntil === undefined ? undefined : new Date(publishedUntil).toISOString(),
    public: publicPart,
  };
}
