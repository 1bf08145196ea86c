import {
  loadConfig,
  presetNamed,
  presetNames,
  type Config,
  type ProviderConfig,
} from '../../config/index.ts';
import {
  describedByFile,
  describedByPreset,
  factsOf,
  fillStep,
  guides,
  type Facts,
} from '../../providers/index.ts';
import { exit, type Arguments, type Command, type Terminal } from '../command.ts';
import { configOf } from '../configuration.ts';
import { nearest } from '../nearest.ts';
import { printable, printTable } from '../table.ts';

export const providersList: Command = {
  name: 'providers list',
  summary: 'List the configured identity providers, or with --presets the products that are known',
  usage: '[--presets] [--json]',
  help: 'Example: doorward providers list --presets',
  options: { presets: { type: 'boolean' } },
  words: [0, 0],
  async run(args, terminal) {
    if (args.flags['presets'] === true) return listPresets(args, terminal);
    const config = await configOf(args, terminal);
    if (!config) return exit.usage;
    const rows = config.providers.map((provider) => ({
      id: provider.id,
      label: provider.label,
      preset: provider.preset,
      protocol: provider.protocol,
      source: describedByFile(provider).source,
      domains: provider.domains,
    }));
    if (args.json) terminal.out(`${JSON.stringify(rows, null, 2)}\n`);
    else
      printTable(
        terminal,
        ['NAME', 'BUTTON', 'PRESET', 'PROTOCOL', 'READS', 'DOMAINS'],
        rows.map((row) => [row.id, row.label, row.preset, row.protocol, row.source, row.domains.join(' ')]),
      );
    return exit.ok;
  },
};

export const providersShow: Command = {
  name: 'providers show',
  summary: 'Show what to type in at an identity provider: addresses, claims to release, steps',
  usage: 'NAME [--protocol oidc|saml] [--json]',
  help: [
    'NAME is a configured provider, or a product (see: doorward providers list --presets) before there is a file for it.',
    'Example: doorward providers show okta --protocol saml',
  ].join('\n'),
  options: { protocol: { type: 'string' } },
  words: [1, 1],
  async run(args, terminal) {
    const [name = ''] = args.words;
    const loaded = await loadConfig(args.configDir, { env: terminal.env });
    const gateway = loaded.ok ? loaded.config : loaded.gateway;
    const configured = loaded.ok ? loaded.config.providers.find(({ id }) => id === name) : undefined;
    const facts = configured
      ? factsOf(describedByFile(configured), loadedGateway(gateway))
      : ofPreset(name, args, gateway);
    if (typeof facts === 'string') {
      terminal.err(`doorward providers show: ${facts}\n`);
      if (!loaded.ok && gateway !== undefined)
        terminal.err(
          'The configuration has mistakes, so that no provider of it is known: doorward config check\n',
        );
      return exit.no;
    }
    if (args.json) terminal.out(`${JSON.stringify(facts, null, 2)}\n`);
    else print(facts, configured, gateway === undefined, terminal);
    return exit.ok;
  },
};

type Gateway = Pick<Config, 'baseUrl' | 'prefix'>;

/** While there is no gateway.yaml to read the address from. */
const nowhere: Gateway = { baseUrl: 'https://YOUR-GATEWAY', prefix: '/sso' };
const loadedGateway = (gateway: Gateway | undefined): Gateway => gateway ?? nowhere;

function ofPreset(name: string, args: Arguments, gateway: Gateway | undefined): Facts | string {
  const preset = presetNamed(name);
  if (preset === undefined) {
    const guess = nearest(name, [...presetNames]);
    return `there is no provider or product "${name}".${guess ? ` Did you mean "${guess}"?` : ` Products: ${presetNames.join(', ')}`}`;
  }
  const protocol = args.flags['protocol'] ?? preset.prefers;
  if (protocol !== 'oidc' && protocol !== 'saml') return 'expected --protocol oidc or saml';
  const described = describedByPreset(name, protocol, name);
  return described ? factsOf(described, loadedGateway(gateway)) : `${name} does not speak ${protocol}`;
}

function listPresets(args: Arguments, terminal: Terminal): typeof exit.ok {
  const rows = presetNames.map((name) => {
    const preset = presetNamed(name);
    return {
      preset: name,
      product: guides[name]?.product ?? name,
      protocols: (['oidc', 'saml'] as const).filter((protocol) => preset?.[protocol] !== undefined),
    };
  });
  if (args.json) terminal.out(`${JSON.stringify(rows, null, 2)}\n`);
  else
    printTable(
      terminal,
      ['PRESET', 'PRODUCT', 'PROTOCOLS'],
      rows.map((row) => [row.preset, row.product, row.protocols.join(', ')]),
    );
  return exit.ok;
}

function print(
  facts: Facts,
  configured: ProviderConfig | undefined,
  placeless: boolean,
  terminal: Terminal,
): void {
  const guide = guides[facts.preset];
  const how = guide?.[facts.protocol];
  const heading = (text: string) =>
    terminal.out(terminal.color ? `\n\u001b[1m${text}\u001b[0m\n` : `\n${text}\n`);
  const lines = (rows: readonly (readonly [string, string])[]) => {
    const width = Math.max(...rows.map(([name]) => name.length));
    for (const [name, value] of rows) terminal.out(`  ${name.padEnd(width)}  ${printable(value)}\n`);
  };
  const protocol = facts.protocol === 'oidc' ? 'OpenID Connect' : 'SAML 2.0';
  terminal.out(
    `${guide?.product ?? facts.preset} by ${protocol}: ${configured?.file ?? `providers/${facts.id}.yaml, not written yet`}\n`,
  );
  if (placeless) terminal.out('There is no gateway.yaml yet: YOUR-GATEWAY stands for its baseUrl.\n');
  heading('Type in there');
  lines(facts.there);
  heading('What the gateway reads and expects');
  lines(facts.here);
  heading('Claims to release (the first that is there is used; of groups, all)');
  lines(
    facts.release.map(({ what, names }) => [
      what,
      names.length === 0 ? 'none: the product names none' : names.join(', '),
    ]),
  );
  if (how === undefined) return;
  heading('Steps');
  for (const [index, step] of how.steps.entries())
    terminal.out(`  ${index + 1}. ${fillStep(step, facts.addresses).replaceAll('`', '')}\n`);
  if (configured === undefined) {
    heading(`providers/${facts.id}.yaml, to begin with`);
    for (const line of how.file.trimEnd().split('\n')) terminal.out(`  ${line}\n`);
  }
  heading('Good to know');
  for (const note of guide?.notes ?? []) terminal.out(`  - ${note.replaceAll('`', '')}\n`);
}
