import { scimProviders, withStores } from '../../app.ts';
import { scimStatus, type ScimStatus } from '../../scim/index.ts';
import { exit, type Command, type Terminal } from '../command.ts';
import { configOf } from '../configuration.ts';
import { printable } from '../table.ts';
import { scimProvider } from './scim-tokens.ts';

export const scimStatusCommand: Command = {
  name: 'scim status',
  summary: 'Show how provisioning goes: last request, counts, errors, and who does not fit together',
  usage: '[PROVIDER] [--json]',
  help: [
    'Provisioned but never matched: SCIM made them, and no sign-in was ever theirs. Logged in but not in SCIM: they',
    'came by a login only. Many of both mean that `scim.match` in the provider’s file does not fit.',
    'Example: doorward scim status okta',
  ].join('\n'),
  options: {},
  words: [0, 1],
  async run(args, terminal) {
    const config = await configOf(args, terminal);
    if (!config) return exit.usage;
    const [word] = args.words;
    const known = word === undefined ? undefined : scimProvider(config, word, terminal);
    if (word !== undefined && known === undefined) return exit.usage;
    const providers = known === undefined ? [...scimProviders(config).keys()] : [known];
    return withStores(config, async ({ directory }) => {
      const all: ScimStatus[] = [];
      for (const provider of providers) all.push(await scimStatus(directory.scim, provider));
      if (args.json) terminal.out(`${JSON.stringify(all, null, 2)}\n`);
      else if (all.length === 0) terminal.out('No provider has SCIM: its file would say `scim: {}`.\n');
      else for (const each of all) print(terminal, each);
      return exit.ok;
    });
  },
};

function print(terminal: Terminal, status: ScimStatus): void {
  const { lastRefused, neverSignedIn, notProvisioned } = status;
  const counts = (each: Readonly<Record<string, number>>) =>
    Object.entries(each)
      .map(([what, total]) => `${what}: ${total}`)
      .join(', ') || 'none';
  const names = ({ total, people }: ScimStatus['neverSignedIn']) => {
    const more = total > people.length ? ', …' : '';
    return total === 0 ? '0' : `${total} (${people.map(({ userName }) => userName).join(', ')}${more})`;
  };
  const lines: readonly (readonly [string, string])[] = [
    ['last request', status.lastRequest ?? 'never'],
    ['users', `${status.users}, of them inactive: ${status.inactive}`],
    ['groups', String(status.groups)],
    ['requests', `${status.requests} (${counts(status.done)})`],
    ['errors', counts(status.errors)],
    ['last refused', lastRefused ? `${lastRefused.at}: ${lastRefused.why}` : 'never'],
    ['provisioned but never matched', names(neverSignedIn)],
    ['logged in but not in SCIM', names(notProvisioned)],
  ];
  terminal.out(`${status.provider}\n`);
  for (const [label, value] of lines) terminal.out(`  ${label.padEnd(30)}${printable(value)}\n`);
}
