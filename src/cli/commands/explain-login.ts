import { basename } from 'node:path';
import { withStores, type Stores } from '../../app.ts';
import type { Config, ProviderConfig } from '../../config/index.ts';
import type { LoginTraceRow } from '../../directory/index.ts';
import { candidates, explain, type WhereIs } from '../../jit/index.ts';
import { assertionOfTrace } from './explain-trace.ts';
import { lastKnown, readSource, type Source } from './explain-source.ts';
import { printExplanation } from './explain-text.ts';
import { exit, type Arguments, type ExitCode, type Terminal } from '../command.ts';
import { nearest } from '../nearest.ts';
import { printable } from '../table.ts';

/** The flags by which `doorward explain` knows that a login is meant. */
export const loginFlags = {
  provider: { type: 'string' },
  claims: { type: 'string' },
  'id-token': { type: 'string' },
  'saml-response': { type: 'string' },
  'look-up': { type: 'boolean' },
  user: { type: 'string' },
  reference: { type: 'string' },
} as const;

/** Explains what a captured answer of a provider, or a sign-in of before, would lead to. Changes nothing. */
export async function explainLogin(config: Config, args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const { reference, user } = args.flags;
  if (typeof reference === 'string') {
    return withStores(config, (stores) => explainReference(config, stores, args, terminal, reference));
  }
  const provider = chooseProvider(config, args.flags['provider'], terminal);
  if (!provider) return exit.usage;
  if (typeof user === 'string')
    return withStores(config, (stores) => explainUser(provider, stores, args, terminal, user));
  const file = args.flags['claims'] ?? args.flags['id-token'] ?? args.flags['saml-response'];
  if (typeof file !== 'string') {
    terminal.err(
      'Say what to explain: --claims FILE, --id-token FILE or --saml-response FILE (a dash reads standard input), --user NAME or --reference REF.\n',
    );
    return exit.usage;
  }
  const source = await readSource(provider, file, { terminal, asks: args.flags['look-up'] === true });
  if (!source) return exit.no;
  return withStores(config, (stores) => tell(provider, stores, args, terminal, source));
}

/** Explains a real sign-in by the number on its page, under the rules of today. */
async function explainReference(
  config: Config,
  stores: Stores,
  args: Arguments,
  terminal: Terminal,
  reference: string,
): Promise<ExitCode> {
  const row = await stores.directory.findTrace(reference.trim().toUpperCase());
  if (!row) {
    terminal.err('There is no trace of that sign-in: it was never here, or is older than traces are kept.\n');
    return exit.no;
  }
  if (!args.json) tellEnding(terminal, row);
  const provider = config.providers.find(({ id }) => id === row.provider);
  const source = sourceOf(row);
  if (provider && source) return tell(provider, stores, args, terminal, source);
  if (args.json) terminal.out(`${JSON.stringify(row, null, 2)}\n`);
  else
    terminal.out(
      provider
        ? 'Nobody was known when it ended, so there is nothing to map or decide.\n'
        : `There is no provider "${row.provider}" any more.\n`,
    );
  return exit.no;
}

/** Explains the last sign-in of somebody: by its trace, else by what is kept of its claims. */
async function explainUser(
  provider: ProviderConfig,
  stores: Stores,
  args: Arguments,
  terminal: Terminal,
  name: string,
): Promise<ExitCode> {
  const { directory } = stores;
  const [latest] = await directory.listTraces({ user: name, provider: provider.id, limit: 1 });
  const row = latest && (await directory.findTrace(latest.reference));
  const known = row && sourceOf(row);
  if (row && known) {
    if (!args.json) tellEnding(terminal, row);
    return tell(provider, stores, args, terminal, known);
  }
  const kept = await lastKnown(stores, provider, name);
  if (kept === undefined || kept === 'several') {
    terminal.err(
      kept === 'several'
        ? `"${name}" names several users; say which one by its id. See: doorward users list --search TEXT\n`
        : `Nothing is kept of a sign-in of "${name}" at ${provider.id}: they never came, or have to sign in once more.\n`,
    );
    return exit.no;
  }
  if (!args.json)
    terminal.out('By the claims of the last sign-in; its trace is gone, or was too long to be kept whole.\n');
  return tell(provider, stores, args, terminal, kept);
}

function sourceOf(row: LoginTraceRow): Source | undefined {
  const assertion = assertionOfTrace(row);
  if (!assertion) return undefined;
  return {
    assertion,
    problems: [],
    signed: undefined,
    verified: true,
    lookUp: 'as_it_was',
    lookUpText: 'groups are those of that sign-in, look-ups included; none was made now',
  };
}

function tellEnding(terminal: Terminal, row: LoginTraceRow): void {
  terminal.out(
    `Sign-in ${row.reference} of ${new Date(row.at).toISOString()}: ${row.outcome}${row.why ? ` (${row.why})` : ''}\n`,
  );
  for (const name of ['detail', 'cause', 'idpMessage']) {
    const value = row.trace[name];
    if (typeof value === 'string') terminal.out(`${name}: ${printable(value)}\n`);
  }
}

/** Goes the way of a login up to its decision, and tells it. */
async function tell(
  provider: ProviderConfig,
  { directory }: Pick<Stores, 'directory'>,
  args: Arguments,
  terminal: Terminal,
  source: Source,
): Promise<ExitCode> {
  const { assertion } = source;
  const user = await directory.findByIdentity({ issuer: assertion.issuer, subject: assertion.subject });
  const found = user ? undefined : await candidates(directory, assertion, provider);
  const explanation = explain(assertion, user, provider, Date.now(), placesIn(provider), found);
  printExplanation(terminal, args.json, { provider, source, user, explanation });
  return explanation.decision.kind === 'refuse' ? exit.no : exit.ok;
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

/** `okta.yaml:14` for a key of the provider's file. */
function placesIn(provider: ProviderConfig): WhereIs {
  return (key) => {
    const line = Object.hasOwn(provider.lines, key) ? provider.lines[key] : undefined;
    return line === undefined ? undefined : `${basename(provider.file)}:${line}`;
  };
}
