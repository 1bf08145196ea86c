import { presetNames, type ProviderConfig } from '../../src/config/index.ts';
import {
  describedByFile,
  factsOf,
  fillStep,
  guides,
  type Fact,
  type Facts,
  type Guide,
} from '../../src/providers/index.ts';
import { configOf } from './config-files.ts';
import { samlKey } from './saml-keys.ts';

/** The gateway that the guides speak of. */
const gateway =
  'baseUrl: https://catalog.acme.example\nsecrets: ["a secret of the gateway, 32 letters long"]\n';
const protocols = ['oidc', 'saml'] as const;
const spoken = { oidc: 'OpenID Connect', saml: 'SAML 2.0' } as const;

/** A service account's key file, as Google hands it out. */
export function serviceAccountJson(changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    type: 'service_account',
    client_email: 'doorward@acme.iam.gserviceaccount.example',
    private_key_id: 'key-1',
    private_key: samlKey('sp').privateKeyPem,
    ...changes,
  });
}

/** The example of a guide as a configured provider, through the loader that everybody's files go through. */
export async function exampleOf(preset: string, protocol: 'oidc' | 'saml'): Promise<ProviderConfig> {
  const file = guides[preset]?.[protocol]?.file ?? '';
  const names = [...file.matchAll(/\$\{env:(\w+)\}/g)].map(([, name = '']) => name);
  const env = Object.fromEntries(names.map((name) => [name, `a value of ${name} for this example`]));
  if ('GOOGLE_SERVICE_ACCOUNT' in env) env['GOOGLE_SERVICE_ACCOUNT'] = serviceAccountJson();
  const files = {
    'gateway.yaml': gateway,
    [`providers/${preset}.yaml`]: file,
    'GoogleIDPMetadata.xml': '<EntityDescriptor/>',
  };
  const [provider] = (await configOf(files, env)).providers;
  if (provider === undefined) throw new Error('no provider');
  return provider;
}

/** Every guide as Markdown, by file name below docs/providers/. */
export async function providerGuides(): Promise<Record<string, string>> {
  const pages: Record<string, string> = {};
  const rows: string[] = [];
  for (const preset of presetNames) {
    const guide = guides[preset];
    if (guide === undefined) throw new Error(`no guide for ${preset}`);
    pages[`${preset}.md`] = await pageOf(preset, guide);
    const both = protocols.filter((protocol) => guide[protocol] !== undefined).map((each) => spoken[each]);
    rows.push(`| [${guide.product}](${preset}.md) | \`${preset}\` | ${both.join(', ')} |`);
  }
  pages['README.md'] = [
    '# Identity providers',
    '',
    'What to click there, what to paste here. `doorward providers show NAME` prints the same with the addresses of your own gateway;',
    'these pages and that command are made from one source (`src/providers/setup/`), and every example is loaded by a test.',
    '',
    '| product | preset | speaks |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
  return pages;
}

async function pageOf(preset: string, guide: Guide): Promise<string> {
  const lines = [
    `# ${guide.product}`,
    '',
    `The gateway of this page is \`https://catalog.acme.example\`, and the file \`providers/${preset}.yaml\`: its name is part of`,
    'the addresses. For your own: `doorward providers show NAME`.',
    '',
  ];
  for (const protocol of protocols) {
    const how = guide[protocol];
    if (how === undefined) continue;
    const provider = await exampleOf(preset, protocol);
    const facts = factsOf(
      {
        ...describedByFile(provider),
        ...(provider.protocol === 'saml' &&
          provider.idp.from === 'file' && { source: 'the downloaded file' }),
      },
      { baseUrl: 'https://catalog.acme.example', prefix: '/sso' },
    );
    lines.push(`## ${spoken[protocol]}`, '', ...sectionOf(facts, how.steps, how.file));
  }
  lines.push('## Good to know', '', ...guide.notes.map((note) => `- ${note}`), '');
  return lines.join('\n');
}

function sectionOf(facts: Facts, steps: readonly string[], file: string): string[] {
  return [
    '### There',
    '',
    ...steps.map((step, index) => `${index + 1}. ${fillStep(step, facts.addresses)}`),
    '',
    ...table(['type in there', ''], facts.there),
    '',
    '### Here',
    '',
    `\`config/providers/${facts.id}.yaml\`:`,
    '',
    '```yaml',
    file.trimEnd(),
    '```',
    '',
    ...table(['the gateway reads and expects', ''], facts.here),
    '',
    '### Claims to release',
    '',
    'The first that is there is used; of groups, all.',
    '',
    '| what | names |',
    '|---|---|',
    ...facts.release.map(
      ({ what, names }) =>
        `| ${what} | ${names.length === 0 ? 'none: the product names none' : names.map((name) => `\`${name}\``).join(', ')} |`,
    ),
    '',
  ];
}

function table([name = '', value = '']: readonly string[], rows: readonly Fact[]): string[] {
  return [`| ${name} | ${value} |`, '|---|---|', ...rows.map(([key, text]) => `| ${key} | \`${text}\` |`)];
}
