import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createApp, reloadFrom, watchConfig, type App } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config/index.ts';
import { silentLog } from '../../../src/identity/index.ts';
import { opClient, startOp } from '../../support/op.ts';
import { freePort } from '../../support/redis.ts';

const oidc = (label: string, extra = ''): string =>
  `preset: oidc\nlabel: ${label}\nissuer: http://127.0.0.1:9\nallowInsecure: true\nclientId: a\nclientSecret: of a test\n${extra}`;

let dir: string;
let app: App;
let baseUrl: string;

const options = { env: {}, log: silentLog };
const chooser = async (): Promise<string> => {
  const response = await fetch(`${baseUrl}/sso/login`, { headers: { accept: 'text/html' } });
  return response.text();
};

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'doorward-reload-'));
  const port = await freePort();
  baseUrl = `http://127.0.0.1:${port}`;
  await mkdir(join(dir, 'providers'));
  await writeFile(
    join(dir, 'gateway.yaml'),
    `baseUrl: ${baseUrl}\nlisten: 127.0.0.1:${port}\nops: 127.0.0.1:0\nsecrets: ["${'s'.repeat(40)}"]\n` +
      `state: { directory: "sqlite:directory.db", sessions: "sqlite:sessions.db" }\n`,
  );
  await writeFile(join(dir, 'providers', 'one.yaml'), oidc('One'));
  const loaded = await loadConfig(dir, { env: {} });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  app = await createApp(loaded.config);
  await app.start();
});

afterEach(async () => {
  await app.stop();
  await rm(dir, { recursive: true });
});

it('takes a new file over between two requests', async () => {
  expect(await chooser()).toContain('Sign in with One');
  await writeFile(join(dir, 'providers', 'two.yaml'), oidc('Two').replace('clientId: a', 'clientId: b'));
  expect(await reloadFrom(dir, app, options)).toBe('reloaded');
  expect(await chooser()).toContain('Sign in with Two');
  expect(await reloadFrom(dir, app, options)).toBe('unchanged');
});

it('changes nothing for a broken file, and says so in metric and audit trail', async () => {
  const before = app.config().version;
  await writeFile(join(dir, 'providers', 'one.yaml'), oidc('One', 'clientID: x\n'));
  expect(await reloadFrom(dir, app, options)).toBe('refused');
  expect(app.config().version).toBe(before);
  expect(await chooser()).toContain('Sign in with One');
  const metrics = await (await fetch(`${app.opsAddress()}/metrics`)).text();
  expect(metrics).toContain('doorward_config_last_reload_successful 0');
  expect(metrics).toContain('doorward_config_reloads_total{outcome="rejected"} 1');
  const [stored] = await app.stores.directory.read({ type: 'config.rejected' });
  expect(stored?.event).toMatchObject({ type: 'config.rejected', problems: 1 });

  await writeFile(join(dir, 'providers', 'one.yaml'), oidc('Uno'));
  expect(await reloadFrom(dir, app, options)).toBe('reloaded');
  expect(await (await fetch(`${app.opsAddress()}/metrics`)).text()).toContain(
    'doorward_config_last_reload_successful 1',
  );
});

it('names what counts only after a restart, and keeps listening where it did', async () => {
  const { config } = app;
  const changed = { ...config(), listen: { ...config().listen, port: 1 }, version: 'other' };
  expect(await app.reload(changed)).toEqual(['listen']);
  expect(await chooser()).toContain('Sign in with One');
});

it('notices a file that changed by itself', async () => {
  const reloaded = new Promise<string>((resolve) => {
    const unwatch = watchConfig(dir, async () => {
      unwatch();
      resolve(await reloadFrom(dir, app, options));
    });
  });
  await writeFile(join(dir, 'providers', 'one.yaml'), oidc('Changed'));
  expect(await reloaded).toBe('reloaded');
  expect(await chooser()).toContain('Sign in with Changed');
});

it('answers every request while configurations come and go', async () => {
  const running = new AbortController();
  const asking = (async () => {
    let asked = 0;
    while (!running.signal.aborted) {
      expect((await fetch(`${baseUrl}/sso/session`)).status).toBe(401);
      asked += 1;
    }
    return asked;
  })();
  for (const label of ['A', 'B', 'C', 'D', 'E']) {
    await writeFile(join(dir, 'providers', 'one.yaml'), oidc(label));
    expect(await reloadFrom(dir, app, options)).toBe('reloaded');
  }
  running.abort();
  expect(await asking).toBeGreaterThan(5);
});

it('lets a login that is under way finish under the rules it began with', async () => {
  const op = await startOp(`${baseUrl}/sso/callback/one`);
  try {
    const file = (admit: string): string =>
      oidc('One', `admit: ${admit}\n`)
        .replace('http://127.0.0.1:9', op.issuer)
        .replace('clientId: a', `clientId: ${opClient.client_id}`)
        .replace('of a test', String(opClient.client_secret));
    await writeFile(join(dir, 'providers', 'one.yaml'), file('{}'));
    expect(await reloadFrom(dir, app, options)).toBe('reloaded');
    const begun = await upToCallback();
    await writeFile(join(dir, 'providers', 'one.yaml'), file('{ requireGroups: [nobody] }'));
    expect(await reloadFrom(dir, app, options)).toBe('reloaded');
    expect(await begun.finish()).toBe(303);
    expect(await (await upToCallback()).finish()).toBe(403);
  } finally {
    await op.close();
  }
});

/** A browser that has been at the identity provider and holds the way back, which it has not gone yet. */
async function upToCallback(): Promise<{ finish(): Promise<number> }> {
  const jar = new Map<string, string>();
  const get = async (url: string): Promise<Response> => {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
      },
    });
    for (const line of response.headers.getSetCookie()) {
      const pair = line.split(';')[0] ?? '';
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    await response.arrayBuffer();
    return response;
  };
  let url = `${baseUrl}/sso/login/one`;
  for (let hop = 0; hop < 10 && !url.startsWith(`${baseUrl}/sso/callback/`); hop += 1) {
    const response = await get(url);
    url = new URL(response.headers.get('location') ?? '', url).href;
  }
  return { finish: async () => (await get(url)).status };
}
