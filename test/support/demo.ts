import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { portProblem, portsFrom } from '../../demo/ports.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `npm run demo` as a person starts it: a process group of its own, as a terminal makes one. */
export interface RunningDemo {
  readonly baseUrl: string;
  readonly port: number;
  /** Everything printed so far, to both outputs. */
  output(): string;
  /** What Ctrl-C does: SIGINT to the whole process group. Resolves with the exit code. */
  interrupt(): Promise<number | null>;
  /** Is any process of the group still there? */
  anyLeft(): boolean;
}

/** A port from which all ports of the demo are free. */
export async function freeDemoPort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 25_000);
    if ((await portProblem(portsFrom(port))) === undefined) return port;
  }
  throw new Error('no free ports found');
}

/** Starts the demo and waits until it says that it is up. Rejects with what it printed when it ends before. */
export async function startDemo(options: {
  readonly port: number;
  readonly state: string;
  readonly reset?: boolean;
  /** People who have been here before; nobody, so that tests are quick. */
  readonly people?: number;
}): Promise<RunningDemo> {
  const { child, output } = run(options);
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const up = new Promise<void>((resolve) => {
    child.stdout?.on('data', () => {
      if (output().includes('Doorward is up')) resolve();
    });
  });
  const first = await Promise.race([up, ended]);
  if (first !== undefined) throw new Error(`the demo ended with ${first}:\n${output()}`);
  const signal = (name: NodeJS.Signals | 0): boolean => {
    try {
      return process.kill(-child.pid!, name);
    } catch {
      return false;
    }
  };
  return {
    baseUrl: `http://localhost:${options.port}`,
    port: options.port,
    output,
    async interrupt() {
      signal('SIGINT');
      return ended;
    },
    anyLeft: () => signal(0),
  };
}

/** Runs the demo when it is expected to end by itself. */
export async function runDemo(options: {
  readonly port: number;
  readonly state: string;
}): Promise<{ code: number | null; output: string }> {
  const { child, output } = run(options);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: output() };
}

function run(options: {
  readonly port: number;
  readonly state: string;
  readonly reset?: boolean;
  readonly people?: number;
}): {
  child: ChildProcess;
  output: () => string;
} {
  const words = ['--port', String(options.port), '--state', options.state];
  words.push('--people', String(options.people ?? 0));
  const child = spawn('npm', ['run', 'demo', '--', ...words, ...(options.reset ? ['--reset'] : [])], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return { child, output: () => text };
}
