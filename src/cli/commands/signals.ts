import { setTimeout as sleep } from 'node:timers/promises';
import { withStores } from '../../app.ts';
import type { Config } from '../../config/index.ts';
import { Failure } from '../../identity/index.ts';
import { type Stream, type StreamState, streamOf } from '../../signals/index.ts';
import { exit, type Arguments, type Command, type ExitCode, type Terminal } from '../command.ts';
import { configOf } from '../configuration.ts';

/** How long an event that we asked for may take to come back, milliseconds. */
const patience = 30_000;

export const signalsConnect: Command = {
  name: 'signals connect',
  summary: "Set up the stream of a provider's security events, or bring it up to date",
  usage: 'PROVIDER [--json]',
  help: [
    'Asks the sender, with signals.token of the provider, to send its events here (or to keep them for polling).',
    'Safe to repeat. Example: doorward signals connect okta',
  ].join('\n'),
  options: {},
  words: [1, 1],
  run: (args, terminal) =>
    withStream(args, terminal, async (stream, provider) => {
      const state = await stream.connect();
      if (args.json) terminal.out(`${JSON.stringify(shown(state), null, 2)}\n`);
      else {
        terminal.out(`The stream of ${provider} ${state.created ? 'is set up' : 'is up to date'}.\n`);
        describe(state, terminal);
        terminal.out(`Try it: doorward signals verify ${provider}\n`);
      }
      return exit.ok;
    }),
};

export const signalsStatus: Command = {
  name: 'signals status',
  summary: "Show what the sender says of the stream of a provider's security events",
  usage: 'PROVIDER [--json]',
  help: 'Example: doorward signals status okta',
  options: {},
  words: [1, 1],
  run: (args, terminal) =>
    withStream(args, terminal, async (stream) => {
      const state = await stream.status();
      if (args.json) terminal.out(`${JSON.stringify(shown(state), null, 2)}\n`);
      else describe(state, terminal);
      return state.status === undefined || state.status === 'enabled' ? exit.ok : exit.no;
    }),
};

export const signalsVerify: Command = {
  name: 'signals verify',
  summary: 'Ask the sender for an event that only says that the stream works, and wait for it',
  usage: 'PROVIDER',
  help: 'The gateway has to be running: it is the one that receives. Example: doorward signals verify okta',
  options: {},
  words: [1, 1],
  run: (args, terminal) =>
    withStream(args, terminal, async (stream, provider) => {
      if (await stream.verify(patience)) {
        terminal.out(`An event came back: the stream of ${provider} works.\n`);
        return exit.ok;
      }
      terminal.err(`No event came back within ${patience / 1000} seconds. See the log of the gateway.\n`);
      return exit.no;
    }),
};

async function withStream(
  args: Arguments,
  terminal: Terminal,
  use: (stream: Stream, provider: string) => Promise<ExitCode>,
): Promise<ExitCode> {
  const [provider = ''] = args.words;
  const config = await configOf(args, terminal);
  if (!config) return exit.usage;
  return withStores(config, async ({ sessions }) => {
    const stream = streamOf(config, provider, { transient: sessions.transient, now: Date.now, sleep });
    if (stream === undefined) {
      terminal.err(noStream(config, provider));
      return exit.no;
    }
    try {
      return await use(stream, provider);
    } catch (error) {
      const words = error instanceof Failure ? explained(error, provider) : undefined;
      if (words === undefined) throw error;
      terminal.err(`${words}\n`);
      return exit.no;
    }
  });
}

function noStream(config: Config, provider: string): string {
  const known = config.providers.some(({ id }) => id === provider);
  return known
    ? `providers/${provider}.yaml has no key "signals": it names no sender of security events.\n`
    : `There is no provider "${provider}". There are: ${config.providers.map(({ id }) => id).join(', ')}\n`;
}

/** What went wrong with the sender's API, for the person at the terminal; undefined for what is not about that. */
function explained({ detail }: Failure, provider: string): string | undefined {
  if (detail === 'signals.no_token') {
    return `providers/${provider}.yaml: signals.token is missing, the token for the sender's API.`;
  }
  if (detail === 'signals.stream.none') {
    return `There is no stream for us yet. Set it up: doorward signals connect ${provider}`;
  }
  const [, endpoint, status] = /^signals\.stream\.([a-z_]+)_(\d+)$/.exec(detail ?? '') ?? [];
  if (endpoint !== undefined) return `The sender answered ${status} at its ${endpoint.replaceAll('_', ' ')}.`;
  const [, missing] = /^signals\.stream\.no_([a-z_]+)$/.exec(detail ?? '') ?? [];
  if (missing !== undefined) return `The sender has no ${missing.replaceAll('_', ' ')}.`;
  if (detail?.startsWith('oidc.') === true) {
    return `The sender cannot be asked, or is not the one that signals.issuer names (${detail.slice(5)}).`;
  }
  return undefined;
}

function describe(state: StreamState, terminal: Terminal): void {
  const lines: [string, string][] = [
    ['stream', state.streamId ?? ''],
    ['status', state.status ?? 'not told'],
    ['audience', state.audience.join(' ')],
    ['events', state.delivered.map((uri) => uri.replace(/^.*\//, '')).join(' ')],
    ['verified', state.verifiedAt === undefined ? 'never' : new Date(state.verifiedAt).toISOString()],
  ];
  for (const [label, value] of lines) terminal.out(`${label.padEnd(10)}${value}\n`);
}

function shown(state: StreamState): Readonly<Record<string, unknown>> {
  const { verifiedAt, ...rest } = state;
  return { ...rest, verifiedAt: verifiedAt === undefined ? null : new Date(verifiedAt).toISOString() };
}
