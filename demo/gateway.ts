import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** The gateway as a process of its own: the very command that `npm start` runs. */
export interface GatewayProcess {
  running(): boolean;
  /** Resolves with the exit code when the process has ended, for whatever reason. */
  readonly ended: Promise<number | null>;
  /** Asks it to end, and waits; after five seconds it is not asked any more. */
  stop(): Promise<void>;
}

export function startGateway(config: string, logFile: string): GatewayProcess {
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(process.execPath, [main, 'serve', '--config', config], {
    cwd: root,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return { running: () => isRunning(child), ended, stop: () => stop(child, ended) };
}

/** Runs a `doorward` command on the demo's configuration and gives back what it printed. Rejects when it fails. */
export async function doorward(config: string, ...words: readonly string[]): Promise<string> {
  const args = [main, ...words, '--config', config];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  return stdout;
}

/** Waits until the gateway answers at `url`, for 20 seconds at most. False when it ended or did not answer. */
export async function answers(gateway: GatewayProcess, url: string): Promise<boolean> {
  const until = Date.now() + 20_000;
  while (gateway.running() && Date.now() < until) {
    const ok = await fetch(url, { signal: AbortSignal.timeout(2000) }).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

/** The end of the gateway's log, for a person to read. */
export function logTail(logFile: string, lines = 15): string {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (!isRunning(child)) return;
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(impatience);
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}
