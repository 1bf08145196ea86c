import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProxyFile } from '../../../src/cli/proxy-config/index.ts';
import { programOf } from './install.ts';
import type { Runner } from './runners.ts';

export interface RunningProxy {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts a proxy with these files, every path in them that is a file's usual one led to the test's folder, and nothing else changed. */
export async function startProxy(
  runner: Runner,
  files: readonly ProxyFile[],
  port: number,
): Promise<RunningProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-proxy-'));
  await chmod(folder, 0o755);
  for (const { path, text } of files) {
    const own = files.reduce((so, file) => so.replaceAll(file.path, join(folder, basename(file.path))), text);
    await writeFile(join(folder, basename(path)), own);
  }
  const main = runner.around?.(folder);
  if (main !== undefined) await writeFile(join(folder, main.name), main.text);
  const child = spawn(programOf(runner.program), runner.arguments(folder), {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-20_000)));
  }
  const running = (): boolean => child.exitCode === null && child.signalCode === null;

  async function stop(): Promise<void> {
    if (running()) {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 3000);
      await exited;
      clearTimeout(late);
    }
    if (process.env['DOORWARD_INTEROP_LOG'] !== undefined) {
      process.stderr.write(said + (await readFile(join(folder, 'error.log'), 'utf8').catch(() => '')));
    }
    await rm(folder, { recursive: true, force: true });
  }

  for (let attempt = 0; attempt < 400 && running(); attempt += 1) {
    if (await serves(port)) return { port, stop };
    await sleep(50);
  }
  said += await readFile(join(folder, 'error.log'), 'utf8').catch(() => '');
  await stop();
  throw new Error(`${runner.name} did not start: ${said}`);
}

/** Is it there, with its routes? Some listen before they have read them. */
async function serves(port: number): Promise<boolean> {
  const req = request({
    host: '127.0.0.1',
    port,
    servername: 'catalog.example',
    headers: { host: 'catalog.example' },
    rejectUnauthorized: false,
    agent: false,
  });
  try {
    const [res] = (await once(req.end(), 'response')) as [IncomingMessage];
    res.resume();
    return res.statusCode === 401;
  } catch {
    return false;
  }
}
