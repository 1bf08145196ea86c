import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { silentLog } from '../../src/identity/index.ts';
import { type Freshness, openSessionStore } from '../../src/sessions/index.ts';

/** What the other process can be asked to do. */
export type SessionCommand =
  | { do: 'end'; digest: string }
  /** Begins to remember sessions, as a gateway does; answers when it may. */
  | { do: 'listen' }
  | { do: 'addOnce'; key: string; times: number }
  | { do: 'increment'; key: string; times: number }
  | { do: 'take'; key: string; times: number };

export interface SessionProcess {
  /** Carries the command out in the other process and gives its answer. */
  ask(command: SessionCommand): Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts a second process with the same store open: what the command line is to the server. */
export async function startSessionProcess(url: string, redisPrefix: string): Promise<SessionProcess> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
    env: { ...process.env, NODE_OPTIONS: '', SESSION_PROCESS_URL: url, SESSION_PROCESS_PREFIX: redisPrefix },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => JSON.parse(String((await lines.next()).value));
  await next();
  return {
    ask(command) {
      child.stdin.write(`${JSON.stringify(command)}\n`);
      return next();
    },
    async stop() {
      child.stdin.end();
      if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
    },
  };
}

/** Long enough for tests that move their own clock ahead of the other process's. */
const aWeek = 600_000_000;

async function serve(url: string, redisPrefix: string): Promise<void> {
  const store = await openSessionStore(url, { now: Date.now, log: silentLog, redisPrefix });
  const { transient } = store;
  const answer = (value: unknown) => process.stdout.write(`${JSON.stringify(value ?? null)}\n`);
  const repeat = <T>(times: number, step: () => Promise<T>) =>
    Promise.all(Array.from({ length: times }, step));
  answer('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line) as SessionCommand;
    if (command.do === 'end') answer(await store.end(command.digest));
    else if (command.do === 'listen') answer(await listen(store.freshness));
    else if (command.do === 'addOnce')
      answer(await repeat(command.times, () => transient.addOnce('replay', command.key, aWeek)));
    else if (command.do === 'increment')
      answer(await repeat(command.times, () => transient.increment('limit', command.key, aWeek)));
    else answer(await repeat(command.times, () => transient.take('login', command.key)));
  }
  await store.close();
}

async function listen(freshness: Freshness): Promise<string> {
  freshness.onInvalidated(() => {});
  while (freshness.check() !== 'trusted') await sleep(20);
  return 'trusted';
}

const url = process.env['SESSION_PROCESS_URL'];
if (url !== undefined && process.argv[1] === fileURLToPath(import.meta.url))
  await serve(url, process.env['SESSION_PROCESS_PREFIX'] ?? '');
