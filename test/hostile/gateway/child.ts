import { fork } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { createApp } from '../../../src/app.ts';
import type { Config } from '../../../src/config/index.ts';

/** What a gateway in another process can be asked. */
export type ChildCommand =
  | { readonly do: 'disable' | 'enable'; readonly userId: string }
  /** Forgets what was measured so far; collects garbage first. */
  | { readonly do: 'measure' }
  | { readonly do: 'measured' };

/** What was measured since `measure`, in milliseconds and bytes. */
export interface Measured {
  /** Longest time for which the event loop did not turn, and how much of the processor its thread took in such a time. */
  readonly longestDelay: number;
  readonly longestWork: number;
  /** Growth of the process at its highest; what is left of it once the garbage is gone; and of that, what is reachable. */
  readonly peak: number;
  readonly resident: number;
  readonly heap: number;
}

export interface ChildGateway {
  readonly origin: string;
  /** The listener of `/readyz`. */
  readonly ops: string | undefined;
  readonly pid: number;
  ask(command: ChildCommand): Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts the same gateway in a process of its own. `at`: its clock stands there. */
export async function startChild(config: Config, at?: number): Promise<ChildGateway> {
  const child = fork(fileURLToPath(import.meta.url), ['gateway'], {
    execArgv: ['--expose-gc'],
    env: { ...process.env, NODE_OPTIONS: '' },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code]) => `the gateway ended with ${String(code)}`);
  const received = async (): Promise<unknown> => {
    const first = await Promise.race([once(child, 'message'), ended]);
    if (typeof first === 'string') throw new Error(first);
    return first[0] as unknown;
  };
  // Tests may run where objects are of another realm: what is sent is plain data.
  child.send({ config: JSON.parse(JSON.stringify(config)) as unknown, at });
  const { origin, ops } = (await received()) as { origin: string; ops: string | undefined };
  let queue: Promise<unknown> = Promise.resolve();
  return {
    origin,
    ops,
    pid: child.pid ?? 0,
    ask(command) {
      const answer = queue.then(() => {
        child.send(command);
        return received();
      });
      queue = answer.catch(() => undefined);
      return answer;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

async function serve(): Promise<void> {
  const [{ config, at }] = (await once(process, 'message')) as [{ config: Config; at: number | undefined }];
  const app = await createApp(config, at === undefined ? {} : { now: () => at });
  await app.start();
  const watch = watchLoop();
  const { people } = app.stores;
  const actor = { kind: 'command', name: 'test' } as const;
  let before = memory();
  process.on('message', (command: ChildCommand) => {
    const answer = async (): Promise<unknown> => {
      switch (command.do) {
        case 'disable':
          return (await people.disable(command.userId, actor)).ended;
        case 'enable':
          return (await people.enable(command.userId, actor)).changed;
        case 'measure':
          before = await settled();
          watch.reset();
          return true;
        case 'measured': {
          const { peak, ...times } = watch.read();
          const after = await settled();
          return {
            ...times,
            peak: peak - before.resident,
            resident: after.resident - before.resident,
            heap: after.heap - before.heap,
          } satisfies Measured;
        }
      }
    };
    answer().then(
      (value) => process.send?.(value),
      (error: unknown) => process.send?.({ error: String(error) }),
    );
  });
  process.on('disconnect', () => void app.stop().finally(() => process.exit(0)));
  process.send?.({ origin: app.address(), ops: app.opsAddress() });
}

/** Looks at the loop from within: a timer that should come every few milliseconds, and what was done when it comes late. */
function watchLoop() {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const spent = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  let last = spent();
  let [longestWork, peak] = [0, 0];
  setInterval(() => {
    const now = spent();
    longestWork = Math.max(longestWork, now - last);
    last = now;
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 5);
  return {
    reset() {
      delay.reset();
      last = spent();
      [longestWork, peak] = [0, 0];
    },
    read: () => ({ longestDelay: delay.max / 1e6, longestWork: Math.max(longestWork, spent() - last), peak }),
  };
}

function memory(): { heap: number; resident: number } {
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, resident: rss };
}

/** After the garbage is gone, twice: finalizers free in the second round what the first one found. */
async function settled(): Promise<{ heap: number; resident: number }> {
  for (let round = 0; round < 2; round += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return memory();
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[2] === 'gateway') await serve();
