import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { formatProblems, loadConfig } from '../../config/index.ts';
import { assertionHeader, identityHeaderNames } from '../../gate/index.ts';
import { exit, type Arguments, type Command, type Terminal } from '../command.ts';
import { Unanswered, createAnswers } from '../init/answers.ts';
import { filesOf, type NewFile } from '../init/files.ts';
import { type InitPlan, makePlan } from '../init/plan.ts';
import { exampleSettings, proxies } from '../proxy-config/index.ts';

export const init: Command = {
  name: 'init',
  summary: 'Ask a few questions and write the configuration, checked, with the proxy beside it',
  usage:
    '[--provider PRESET] [--base-url URL] [--proxy NAME] [--upstream HOST:PORT] [--client-id ID] [--client-secret-file FILE] [--contact ADDRESS] [--yes] [--force] …',
  help: [
    'What is not given by a flag is asked; with --yes nothing is asked, and what is usual is taken. Depending on the provider:',
    '--domain, --tenant, --realm, --environment, --issuer, --metadata. A secret never comes by a flag: it is read from',
    '--client-secret-file, or typed. Files that are there already are left alone unless --force is given.',
    'Example: doorward init --provider okta --domain acme.okta.com --client-id 0oa1b2c3 --client-secret-file /run/okta --yes',
  ].join('\n'),
  options: {
    provider: { type: 'string' },
    domain: { type: 'string' },
    tenant: { type: 'string' },
    realm: { type: 'string' },
    environment: { type: 'string' },
    issuer: { type: 'string' },
    metadata: { type: 'string' },
    'client-id': { type: 'string' },
    'client-secret-file': { type: 'string' },
    'base-url': { type: 'string' },
    proxy: { type: 'string' },
    upstream: { type: 'string' },
    contact: { type: 'string' },
    yes: { type: 'boolean' },
    force: { type: 'boolean' },
  },
  words: [0, 0],
  async run(args, terminal) {
    const ask = args.flags['yes'] === true ? undefined : terminal.ask;
    try {
      const plan = await makePlan(createAnswers(args.flags, terminal, ask));
      const secret = plan.protocol === 'oidc' ? await secretOf(args, terminal, ask) : undefined;
      const files = [...filesOf(plan, secret), ...proxyFiles(plan)];
      const there = files.filter(({ path }) => existsSync(join(args.configDir, path)));
      if (there.length > 0 && args.flags['force'] !== true) {
        const names = there.map(({ path }) => path).join(', ');
        terminal.err(`There already: ${names}. Nothing was written; --force writes over it.\n`);
        return exit.no;
      }
      for (const file of files) await write(args.configDir, file);
      return await check(args, terminal, plan, files);
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      terminal.err(`doorward init: ${error.message}\n`);
      return exit.usage;
    }
  },
};

async function secretOf(args: Arguments, terminal: Terminal, ask: Terminal['ask']): Promise<string> {
  const file = args.flags['client-secret-file'];
  if (typeof file === 'string') {
    try {
      return (await readFile(resolve(terminal.cwd, file), 'utf8')).trim();
    } catch {
      throw new Unanswered(`--client-secret-file: ${file} cannot be read`);
    }
  }
  if (ask === undefined) throw new Unanswered('--client-secret-file is needed: a file with the secret');
  for (;;) {
    const typed = (await ask('Client secret that it gave you (kept in a file of its own): ')).trim();
    if (typed !== '') return typed;
  }
}

function proxyFiles({ proxy, baseUrl, upstream }: InitPlan): readonly NewFile[] {
  if (proxy === undefined) return [];
  const headers = [...Object.values<string>({ ...identityHeaderNames('x-auth-request') }), assertionHeader];
  const settings = { ...exampleSettings(headers), hosts: [new URL(baseUrl).hostname], upstream };
  return proxies[proxy](settings).map(({ path, text }) => ({
    path: `proxy/${basename(path)}`,
    text,
    secret: false,
  }));
}

async function write(directory: string, { path, text, secret }: NewFile): Promise<void> {
  const absolute = join(directory, path);
  await mkdir(dirname(absolute), { recursive: true, ...(secret && { mode: 0o700 }) });
  await writeFile(absolute, text, { mode: secret ? 0o600 : 0o644 });
}

/** Reads what was written as the gateway will, and says what to do next. */
async function check(
  args: Arguments,
  terminal: Terminal,
  plan: InitPlan,
  files: readonly NewFile[],
): Promise<0 | 2> {
  const shown = relative(terminal.cwd, args.configDir) || '.';
  for (const { path } of files) terminal.out(`wrote ${join(shown, path)}\n`);
  const loaded = await loadConfig(args.configDir, { env: terminal.env });
  if (!loaded.ok) {
    terminal.err(`${formatProblems(loaded.problems, { color: terminal.color, cwd: terminal.cwd })}\n`);
    return exit.usage;
  }
  const { baseUrl, prefix } = loaded.config;
  const at = (path: string): string => `${baseUrl}${prefix}/${path}/${plan.preset}`;
  const steps = [
    plan.protocol === 'oidc'
      ? `At ${plan.preset}, register the redirect URI  ${at('callback')}`
      : `At ${plan.preset}, give it our metadata  ${at('metadata')}`,
    `What else it needs:  doorward providers show ${plan.preset} --config ${shown}`,
    ...(plan.proxy === undefined ? [] : [`Put what is in ${join(shown, 'proxy')} into ${plan.proxy}`]),
    `Start it:  doorward serve --config ${shown}`,
  ];
  terminal.out(`\nThe configuration is in order. Next:\n`);
  for (const [index, step] of steps.entries()) terminal.out(`  ${index + 1}. ${step}\n`);
  return exit.ok;
}
