import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { text as streamText } from 'node:stream/consumers';
import { withStores } from '../../app.ts';
import type { Config, ProviderConfig } from '../../config/index.ts';
import { Failure, toFailure, type User } from '../../identity/index.ts';
import { explain, provisionedQuery, type Explanation, type WhereIs } from '../../jit/index.ts';
import { readCaptured, type Captured } from '../../providers/index.ts';
import { assertionOfTrace } from './explain-trace.ts';
import { exit, type Arguments, type ExitCode, type Terminal } from '../command.ts';
import { nearest } from '../nearest.ts';
import { printable } from '../table.ts';

/** The flags by which `doorward explain` knows that a login is meant. */
export const loginFlags = {
  provider: { type: 'string' },
  claims: { type: 'string' },
  'id-token': { type: 'string' },
  'saml-response': { type: 'string' },
  user: { type: 'string' },
  reference: { type: 'string' },
} as const;

/** Explains what a captured answer of a provider would lead to. Changes nothing; verifies nothing, and says so. */
export async function explainLogin(config: Config, args: Arguments, terminal: Terminal): Promise<ExitCode> {
  if (typeof args.flags['reference'] === 'string') {
    return explainTrace(config, args, terminal, { reference: args.flags['reference'] });
  }
  const provider = chooseProvider(config, args.flags['provider'], terminal);
  if (!provider) return exit.usage;
  const { user } = args.flags;
  if (typeof user === 'string') return explainTrace(config, args, terminal, { user, provider: provider.id });
  const file = args.flags['claims'] ?? args.flags['id-token'] ?? args.flags['saml-response'];
  if (typeof file !== 'string') {
    terminal.err(
      'Say what to explain: --claims FILE, --id-token FILE or --saml-response FILE (a dash reads standard input), --user NAME or --reference REF.\n',
    );
    return exit.usage;
  }
  const captured = await read(provider, file, terminal);
  if (!captured) return exit.no;
  return withStores(config, async ({ directory }) => {
    const { issuer, subject } = captured.assertion;
    const user = await directory.findByIdentity({ issuer, subject });
    const query = user ? undefined : provisionedQuery(captured.assertion, provider);
    const provisioned = query ? await directory.findProvisioned(query) : [];
    const explanation = explain(
      captured.assertion,
      user,
      provider,
      Date.now(),
      placesIn(provider),
      provisioned,
    );
    print(terminal, args.json, { provider, captured, user, explanation });
    return explanation.decision.kind === 'refuse' ? exit.no : exit.ok;
  });
}

/** Explains a real sign-in, by the number on its page or the last one of a user, under the rules of today. */
async function explainTrace(
  config: Config,
  args: Arguments,
  terminal: Terminal,
  which: { reference: string } | { user: string; provider: string },
): Promise<ExitCode> {
  return withStores(config, async ({ directory }) => {
    const [latest] = 'user' in which ? await directory.listTraces({ ...which, limit: 1 }) : [];
    const reference = 'reference' in which ? which.reference : latest?.reference;
    const row = reference === undefined ? undefined : await directory.findTrace(reference);
    if (!row) {
      terminal.err(
        'There is no trace of that sign-in: it was never here, or is older than traces are kept.\n',
      );
      return exit.no;
    }
    if (!args.json) {
      terminal.out(
        `Sign-in ${row.reference} of ${new Date(row.at).toISOString()}: ${row.outcome}${row.why ? ` (${row.why})` : ''}\n`,
      );
      for (const name of ['detail', 'cause', 'idpMessage']) {
        const value = row.trace[name];
        if (typeof value === 'string') terminal.out(`${name}: ${printable(value)}\n`);
      }
    }
    const provider = config.providers.find(({ id }) => id === row.provider);
    const assertion = assertionOfTrace(row);
    if (!provider || !assertion) {
      if (args.json) terminal.out(`${JSON.stringify(row, null, 2)}\n`);
      else terminal.out('Nobody was known when it ended, so there is nothing to map or decide.\n');
      return exit.no;
    }
    const user = await directory.findByIdentity(assertion);
    const explanation = explain(assertion, user, provider, Date.now(), placesIn(provider));
    print(terminal, args.json, {
      provider,
      captured: { assertion, problems: [], signed: true },
      user,
      explanation,
      verified: true,
    });
    return explanation.decision.kind === 'refuse' ? exit.no : exit.ok;
  });
}

function chooseProvider(config: Config, name: unknown, terminal: Terminal): ProviderConfig | undefined {
  const ids = config.providers.map((provider) => provider.id);
  if (typeof name !== 'string') {
    terminal.err(`Say which provider: --provider ${ids.join(' | ')}\n`);
    return undefined;
  }
  const provider = config.providers.find((each) => each.id === name);
  if (!provider) {
    const guess = nearest(name, ids);
    terminal.err(
      `There is no provider "${name}".${guess ? ` Did you mean "${guess}"?` : ''} There are: ${ids.join(', ')}\n`,
    );
  }
  return provider;
}

async function read(
  provider: ProviderConfig,
  file: string,
  terminal: Terminal,
): Promise<Captured | undefined> {
  let text: string;
  try {
    text =
      file === '-' ? await streamText(process.stdin) : await readFile(resolve(terminal.cwd, file), 'utf8');
  } catch {
    terminal.err(`The file ${file} cannot be read.\n`);
    return undefined;
  }
  try {
    return readCaptured(provider, text);
  } catch (error) {
    const failure = toFailure(error);
    if (failure.code !== 'login_rejected') throw new Failure(failure.code, { cause: error });
    const kind = provider.protocol === 'oidc' ? 'an ID token or the JSON of its claims' : 'a SAML response';
    terminal.err(
      `${file} cannot be read as ${kind} of this provider: ${failure.detail ?? failure.message}\n`,
    );
    return undefined;
  }
}

/** `okta.yaml:14` for a key of the provider's file. */
function placesIn(provider: ProviderConfig): WhereIs {
  return (key) => {
    const line = Object.hasOwn(provider.lines, key) ? provider.lines[key] : undefined;
    return line === undefined ? undefined : `${basename(provider.file)}:${line}`;
  };
}

function print(
  terminal: Terminal,
  json: boolean,
  told: {
    provider: ProviderConfig;
    captured: Captured;
    user: User | undefined;
    explanation: Explanation;
    verified?: boolean;
  },
): void {
  const { provider, captured, user, explanation } = told;
  if (json) {
    const { steps, decision } = explanation;
    terminal.out(
      `${JSON.stringify({ provider: provider.id, verified: told.verified === true, signed: captured.signed, problems: captured.problems, user: user?.id ?? null, steps, decision }, null, 2)}\n`,
    );
    return;
  }
  const bold = (text: string) => (terminal.color ? `\u001b[1m${text}\u001b[0m` : text);
  terminal.out(`${bold(`A login through ${provider.label} (${provider.protocol})`)}\n`);
  terminal.out(
    told.verified
      ? 'It was verified when it came. This is what the rules of today make of it; nothing is changed.\n'
      : captured.signed
        ? 'There is a signature, but nothing was verified: this explains, and lets nobody in.\n'
        : 'There is no signature, and nothing was verified: this explains, and lets nobody in.\n',
  );
  for (const problem of captured.problems) terminal.out(`could not be used: ${printable(problem)}\n`);
  for (const [index, step] of explanation.steps.entries()) {
    terminal.out(`\n${bold(`${index + 1}. ${step.title}`)}\n`);
    for (const line of step.lines) terminal.out(`   ${printable(line)}\n`);
  }
}
