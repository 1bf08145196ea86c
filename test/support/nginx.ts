import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './redis.ts';

/** A real nginx of the test's own, in a temporary folder, as root or not. */
export interface TestNginx {
  /** The port that `http` was given. */
  readonly port: number;
  /** What it wrote to its error log so far. */
  errors(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts nginx with one worker and waits until it accepts connections. `http` makes the inside of the `http` block for a
 * free port of the loopback. Throws with nginx's own words when it does not start.
 */
export async function startNginx(http: (port: number) => string): Promise<TestNginx> {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-nginx-'));
  const port = await freePort();
  const log = join(folder, 'error.log');
  await mkdir(join(folder, 'temp'));
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, http(port)));
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', log], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin` },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));

  async function stop(): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    }
    await rm(folder, { recursive: true, force: true });
  }

  for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt += 1) {
    if (await accepts(port)) return { port, errors: () => readFile(log, 'utf8'), stop };
    await sleep(25);
  }
  await stop();
  throw new Error(`nginx did not start: ${said}`);
}

function configuration(folder: string, http: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${join(folder, 'temp', kind)};`)
    .join('\n  ');
  return `
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${join(folder, 'nginx.pid')};
events { worker_connections 256; }
http {
  access_log off;
  ${temporary}
${http}
}
`;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
