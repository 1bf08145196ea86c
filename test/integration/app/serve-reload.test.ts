import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CookieBrowser } from '../../support/gateway.ts';
import { opClient, startOp, type Op } from '../../support/op.ts';
import { startPostgres, type PostgresServer } from '../../support/postgres.ts';
import { freePort } from '../../support/redis.ts';

const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
let postgres: PostgresServer;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

/** A gateway as it runs in production: a process, its files, and commands that are other processes. */
async function serve(directory: string) {
  const dir = mkdtempSync(join(tmpdir(), 'doorward-serve-'));
  const [port, opsPort] = [await freePort(), await freePort()];
  const baseUrl = `http://127.0.0.1:${port}`;
  const op: Op = await startOp(`${baseUrl}/sso/callback/acme`, {
    claimsInIdToken: true,
    accounts: { ann: { claims: { name: 'Ann', groups: ['Data'] } } },
    configuration: { claims: { openid: ['sub', 'groups', 'name'] } },
  });
  mkdirSync(join(dir, 'providers'));
  writeFileSync(
    join(dir, 'gateway.yaml'),
    `baseUrl: ${baseUrl}\nlisten: 127.0.0.1:${port}\nops: 127.0.0.1:${opsPort}\nsecrets: ["${'s'.repeat(40)}"]\n` +
      `state: { directory: "${directory}", sessions: "sqlite:sessions.db" }\n`,
  );
  const provider = (group: string, more = ''): void =>
    writeFileSync(
      join(dir, 'providers', 'acme.yaml'),
      `preset: oidc\nissuer: ${op.issuer}\nallowInsecure: true\nclientId: ${opClient.client_id}\n` +
        `clientSecret: ${String(opClient.client_secret)}\ngroups: { claim: groups, map: { Data: ${group} } }\n${more}`,
    );
  provider('engineers');
  let said = '';
  let child: ChildProcess;
  const start = (): void => {
    child = spawn(process.execPath, [main, 'serve', '--config', dir], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (some) => (said += String(some)));
  };
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  };
  /** Waits until it has said this since the last time. */
  const hear = async (text: string): Promise<string> => {
    for (let tries = 0; tries < 300; tries += 1) {
      const at = said.indexOf(text);
      if (at !== -1) {
        const heard = said.slice(0, said.indexOf('\n', at));
        said = said.slice(at + text.length);
        return heard;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`never heard "${text}" in: ${said}`);
  };
  start();
  await hear('doorward is serving');
  return {
    provider,
    hear,
    hangUp: () => child.kill('SIGHUP'),
    async restart() {
      await stop();
      start();
    },
    metrics: async () => (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text(),
    async groups(): Promise<readonly string[]> {
      op.answer = { account: 'ann' };
      const { response } = await new CookieBrowser().go(`${baseUrl}/sso/login/acme?rd=/sso/session`);
      return ((await response.json()) as { user: { groups: string[] } }).user.groups;
    },
    async command(...argv: string[]) {
      const words = [main, ...argv, '--config', dir];
      return promisify(execFile)(process.execPath, words).then(
        ({ stdout }) => ({ code: 0, out: stdout }),
        (error: { code: number; stdout: string }) => ({ code: error.code, out: error.stdout }),
      );
    },
    async close() {
      await stop();
      await op.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

describe.each(['SQLite', 'PostgreSQL'])('doorward serve on %s', (kind) => {
  it('takes files over by itself and on SIGHUP, keeps the old ones for broken and for harsh ones, and is told to go on', async () => {
    const gateway = await serve(kind === 'SQLite' ? 'sqlite:directory.db' : await postgres.createDatabase());
    try {
      expect(await gateway.groups()).toEqual(['engineers']);

      gateway.provider('engineers', 'label: Changed\n');
      await gateway.hear('the configuration was reloaded');

      gateway.provider('engineers', 'lable: Broken\n');
      expect(await gateway.hear('the new configuration was refused')).toContain('acme.yaml:7');
      expect(await gateway.metrics()).toContain('doorward_config_last_reload_successful 0');
      expect(await gateway.groups()).toEqual(['engineers']);
      gateway.hangUp();
      await gateway.hear('the new configuration was refused');

      // Kept a moment after the login; the preview needs it to be there.
      await new Promise((resolve) => setTimeout(resolve, 500));
      gateway.provider('others');
      expect(await gateway.hear('the new rules take too much away and wait')).toContain('acme: 100 %');
      expect(await gateway.groups()).toEqual(['engineers']);
      const reload = await gateway.command('config', 'reload', '--yes');
      expect([reload.code, reload.out]).toEqual([0, expect.stringContaining('are in force')]);
      expect(reload.out).toContain('+"others"  −"engineers"');
      expect(await gateway.groups()).toEqual(['others']);
      expect(await gateway.metrics()).toContain('doorward_config_last_reload_successful 1');

      // A restart asks nobody, and says so afterwards.
      await new Promise((resolve) => setTimeout(resolve, 500));
      gateway.provider('third');
      await gateway.hear('the new rules take too much away and wait');
      await gateway.restart();
      await gateway.hear('since the last run the rules have changed, and take much away');
      expect(await gateway.groups()).toEqual(['third']);
    } finally {
      await gateway.close();
    }
  });
});
