import { createServer } from 'node:http';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { createApp } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config/index.ts';

it('answers the request under way, and then refuses new ones', async () => {
  const slow = createServer((_, res) => void setTimeout(() => res.end('done'), 300));
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  const dir = await mkdtemp(join(tmpdir(), 'doorward-stop-'));
  try {
    await mkdir(join(dir, 'providers'));
    await writeFile(
      join(dir, 'gateway.yaml'),
      `baseUrl: http://127.0.0.1:4999\nlisten: 127.0.0.1:0\nops: 127.0.0.1:0\nsecrets: ["${'s'.repeat(40)}"]\n` +
        `state: { directory: "sqlite:directory.db", sessions: "sqlite:sessions.db" }\n`,
    );
    const issuer = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
    await writeFile(
      join(dir, 'providers', 'one.yaml'),
      `preset: oidc\nissuer: ${issuer}\nallowInsecure: true\nclientId: a\nclientSecret: of a test\n`,
    );
    const loaded = await loadConfig(dir, { env: {} });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    const app = await createApp(loaded.config);
    await app.start();
    const address = app.address();
    // The start of a login waits for the provider's (broken) discovery document.
    const underWay = fetch(`${address}/sso/login/one`, { redirect: 'manual' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const stopped = app.stop();
    expect((await underWay).status).toBe(502);
    await stopped;
    await expect(fetch(`${address}/sso/login`)).rejects.toThrow();
  } finally {
    await new Promise((resolve) => slow.close(resolve));
    await rm(dir, { recursive: true });
  }
});
