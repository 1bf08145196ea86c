import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { ChildMessage } from './child.ts';

/** A server in a process of its own. */
export interface BenchServer {
  readonly url: string;
  /** `Cookie` headers of people signed in there; the load is spread over them. */
  readonly cookies: readonly string[];
  /** CPU time its process has used so far, microseconds. */
  cpu(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts one of the `serve-*.ts` files beside this one and waits until it listens. */
export async function startServer(file: string, args: readonly string[]): Promise<BenchServer> {
  const child = fork(new URL(file, import.meta.url), args, {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const { port, cookies } = await listening(child, file);
  return {
    url: `http://127.0.0.1:${port}/sso/verify/auth-request`,
    cookies,
    async cpu() {
      const answer = once(child, 'message');
      child.send('cpu');
      const [message] = (await answer) as [ChildMessage];
      return message.kind === 'cpu' ? message.used : Number.NaN;
    },
    async stop() {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function listening(
  child: ChildProcess,
  file: string,
): Promise<ChildMessage & { readonly kind: 'listening' }> {
  return new Promise((resolve, reject) => {
    child.once('message', (message: ChildMessage) => {
      if (message.kind === 'listening') resolve(message);
    });
    child.once('exit', (code) => reject(new Error(`${file} ended with code ${code} before it listened`)));
  });
}
