import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A server in a process of its own. */
export interface BenchServer {
  readonly url: string;
  /** `Cookie` headers of people signed in there; the load is spread over them. */
  readonly cookies: readonly string[];
  stop(): Promise<void>;
}

/** Starts one of the `serve-*.ts` files beside this one and waits until it listens. */
export async function startServer(file: string, args: readonly string[]): Promise<BenchServer> {
  const child = fork(new URL(file, import.meta.url), args, {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const { port, cookies } = await told(child, file);
  return {
    url: `http://127.0.0.1:${port}/sso/verify/auth-request`,
    cookies,
    async stop() {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function told(child: ChildProcess, file: string): Promise<{ port: number; cookies: string[] }> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as { port: number; cookies: string[] }));
    child.once('exit', (code) => reject(new Error(`${file} ended with code ${code} before it listened`)));
  });
}
