import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../test/support/redis.ts';
import type { Section } from '../kit.ts';
import { median } from '../rounds.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** From the command to the first 200 of `/readyz`, with databases that are there already. */
export const start: Section = {
  name: 'start',
  async run(kit) {
    const folder = await mkdtemp(join(kit.folder, 'start-'));
    const [port, ops] = [await freePort(), await freePort()];
    await mkdir(join(folder, 'providers'));
    await writeFile(
      join(folder, 'gateway.yaml'),
      [
        `baseUrl: http://localhost:${port}`,
        `listen: 127.0.0.1:${port}`,
        `ops: 127.0.0.1:${ops}`,
        'secrets: a secret of at least thirty-two characters',
        `state: { directory: "sqlite:${folder}/directory.db", sessions: "sqlite:${folder}/sessions.db" }`,
        'log: { level: error }',
      ].join('\n'),
    );
    await writeFile(
      join(folder, 'providers', 'okta.yaml'),
      ['preset: okta', 'domain: acme.okta.example', 'clientId: one', 'clientSecret: two'].join('\n'),
    );
    const times: number[] = [];
    for (let round = 0; round <= kit.options.rounds; round += 1) {
      const took = await startOnce(folder, ops);
      // The first makes the databases.
      if (round > 0) times.push(took);
    }
    const row = {
      name: 'start to ready',
      value: Math.round(median(times)),
      unit: 'ms',
      rounds: times.length,
    } as const;
    return [{ ...row, lowest: Math.round(Math.min(...times)), highest: Math.round(Math.max(...times)) }];
  },
};

async function startOnce(folder: string, ops: number): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, [main, 'serve', '--config', folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    while (child.exitCode === null) {
      const status = await fetch(`http://127.0.0.1:${ops}/readyz`).then(
        (answer) => answer.status,
        () => 0,
      );
      if (status === 200) return performance.now() - began;
      await sleep(5);
    }
    throw new Error('the gateway did not start');
  } finally {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    if (child.exitCode === null) await exited;
  }
}
