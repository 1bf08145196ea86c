import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Target, Verdict } from './exchange.ts';

const run = promisify(execFile);
const packages = ['scim2-tester==0.5.2', 'scim2-client[httpx2]==0.13.2'];

/** Runs scim2-tester (PyPI) from an environment of its own, kept in the cache of the interoperability suite. */
export async function runTester(target: Target): Promise<Verdict[]> {
  const folder = join(homedir(), '.cache', 'doorward-interop', 'scim2-tester');
  const python = join(folder, 'bin', 'python');
  if (!existsSync(python)) {
    mkdirSync(folder, { recursive: true });
    await run('python3', ['-m', 'venv', folder]);
    await run(python, ['-m', 'pip', 'install', '--quiet', ...packages]);
  }
  const script = fileURLToPath(new URL('tester.py', import.meta.url));
  const env = { ...process.env, TARGET: target.url, TOKEN: target.token };
  const { stdout } = await run(python, [script], { env, maxBuffer: 64 * 1024 * 1024 });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { status: string; title: string; reason: string })
    .filter(({ status }) => status !== 'SKIPPED')
    .map(({ status, title, reason }) => ({
      suite: packages[0] ?? '',
      name: title,
      failures: status === 'SUCCESS' ? [] : [reason.slice(0, 300)],
    }));
}
