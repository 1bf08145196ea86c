import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { readFileSync } from 'node:fs';
import type { GatewayProcess, Roster } from '../directory/index.ts';
import type { Log } from '../identity/index.ts';

/** How often a gateway says that it runs, milliseconds. */
const every = 15_000;
/** What was not seen for so long does not run any more, milliseconds. */
export const lately = 3 * every;
/** A new configuration reaches all machines within this time, or it is worth a warning, milliseconds. */
const patience = 60_000;

export interface RosterOptions {
  readonly store: Roster;
  readonly configVersion: () => string;
  readonly now: () => number;
  readonly log: Log;
  /** Told how many versions of the configuration are in force among all gateways. */
  readonly onVersions: (count: number) => void;
  /** Milliseconds between two notes, and how long versions may differ; a test wants less. */
  readonly every?: number;
  readonly patience?: number;
}

/** Version of the program, as package.json has it. */
export function programVersion(): string {
  const path = fileURLToPath(new URL('../../package.json', import.meta.url));
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

/** The configuration's versions in force, each with who has it, when there is more than one. */
export function divergence(
  running: readonly Pick<GatewayProcess, 'host' | 'pid' | 'configVersion'>[],
): Readonly<Record<string, readonly string[]>> | undefined {
  const versions: Record<string, string[]> = {};
  for (const { host, pid, configVersion } of running) (versions[configVersion] ??= []).push(`${host}:${pid}`);
  return Object.keys(versions).length > 1 ? versions : undefined;
}

/**
 * Tells the others that this gateway runs, and with which configuration; warns once when they differ for longer than it
 * takes to bring a change to every machine, and says when they agree again. A store that is away is no trouble here.
 */
export function joinRoster(options: RosterOptions): { leave(): Promise<void> } {
  const { store, configVersion, now, log, onVersions } = options;
  const id = randomUUID();
  const constant = { id, host: hostname(), pid: process.pid, program: programVersion(), startedAt: now() };
  const longest = options.patience ?? patience;
  let differSince: number | undefined;
  let warned = false;
  let left = false;

  async function note(): Promise<void> {
    try {
      await store.seen({ ...constant, configVersion: configVersion() });
      judge(divergence(await store.list(lately)));
    } catch (error) {
      log.debug({ err: error }, 'the list of gateways cannot be kept just now');
    }
  }

  function judge(versions: ReturnType<typeof divergence>): void {
    if (left) return;
    onVersions(versions === undefined ? 1 : Object.keys(versions).length);
    if (versions === undefined) {
      if (warned)
        log.info({ version: configVersion() }, 'all gateways run with the same configuration again');
      differSince = undefined;
      warned = false;
      return;
    }
    // Of this process: a clock that is set does not matter.
    const at = performance.now();
    differSince ??= at;
    if (warned || at - differSince < longest) return;
    warned = true;
    log.warn({ versions }, 'gateways run with different configurations: "doorward processes" shows which');
  }

  let last = note();
  const timer = setInterval(() => void (last = note()), options.every ?? every);
  timer.unref();
  return {
    async leave() {
      left = true;
      clearInterval(timer);
      await last;
      await store.gone(id).catch(() => undefined);
    },
  };
}
