import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createApp, createReloader, type App } from '../../../src/app.ts';
import { run } from '../../../src/cli/index.ts';
import { loadConfig } from '../../../src/config/index.ts';
import { silentLog, type Log } from '../../../src/identity/index.ts';
import { CookieBrowser } from '../../support/gateway.ts';
import { opClient, startOp, type Op } from '../../support/op.ts';
import { freePort } from '../../support/redis.ts';

let dir: string;
let app: App;
let baseUrl: string;
let op: Op;
let reloader: ReturnType<typeof createReloader>;
const said: string[] = [];
const log: Log = {
  ...silentLog,
  error: (fields, message) => void said.push(`${message} ${JSON.stringify(fields)}`),
};

const provider = (rules: string): string =>
  `preset: oidc\nissuer: ${op.issuer}\nallowInsecure: true\nclientId: ${opClient.client_id}\n` +
  `clientSecret: ${String(opClient.client_secret)}\n${rules}`;
const mapped = (group: string, more = ''): string =>
  provider(
    `groups: { claim: groups, map: { Data: ${group} } }\nrole: { map: { engineers: member } }\n${more}`,
  );
const save = (text: string) => writeFile(join(dir, 'providers', 'acme.yaml'), text);

const command = (...argv: string[]) => commandAt(false, ...argv);

/** `color`: a person at a terminal. */
async function commandAt(
  color: boolean,
  ...argv: string[]
): Promise<{ code: number; out: string; err: string }> {
  const text = { out: '', err: '' };
  const code = await run([...argv, '--config', dir], {
    out: (some) => void (text.out += some),
    err: (some) => void (text.err += some),
    env: {},
    cwd: dir,
    color,
  });
  return { code, ...text };
}

async function signIn(account: string): Promise<number> {
  op.answer = { account };
  const browser = new CookieBrowser();
  const { response } = await browser.go(`${baseUrl}/sso/login/acme?rd=/sso/session`);
  return response.status;
}

const metrics = async (): Promise<string> => (await fetch(`${app.opsAddress()}/metrics`)).text();

beforeEach(async () => {
  said.length = 0;
  dir = await mkdtemp(join(tmpdir(), 'doorward-held-'));
  const port = await freePort();
  baseUrl = `http://127.0.0.1:${port}`;
  const person = (name: string, groups: string[]) => ({
    claims: { name, groups, email: `${name}@acme.example`, email_verified: true },
  });
  op = await startOp(`${baseUrl}/sso/callback/acme`, {
    claimsInIdToken: true,
    accounts: { ann: person('ann', ['Data']), ben: person('ben', ['Data', 'Ops']), eve: person('eve', []) },
    configuration: { claims: { openid: ['sub', 'groups', 'name', 'email', 'email_verified'] } },
  });
  await mkdir(join(dir, 'providers'));
  await writeFile(
    join(dir, 'gateway.yaml'),
    `baseUrl: ${baseUrl}\nlisten: 127.0.0.1:${port}\nops: 127.0.0.1:0\nsecrets: ["${'s'.repeat(40)}"]\n` +
      `state: { directory: "sqlite:directory.db", sessions: "sqlite:sessions.db" }\n`,
  );
  await save(mapped('engineers'));
  const loaded = await loadConfig(dir, { env: {} });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  app = await createApp(loaded.config, { log });
  await app.start();
  reloader = createReloader(dir, app, { env: {}, log, every: 50 });
  for (const account of ['ann', 'ben', 'eve']) expect(await signIn(account)).toBe(200);
  // What was kept of the sign-ins is written a moment later; the front that goes away writes it at the latest.
  for (let tries = 0; tries < 100; tries += 1) {
    const found = await app.stores.directory.listKnownLogins({ providers: ['acme'], limit: 5 });
    if (found.length === 3 && found.every(({ claims }) => claims.length === 1)) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

afterEach(async () => {
  reloader.stop();
  await app.stop();
  await op.close();
  await rm(dir, { recursive: true });
});

describe('rules that take much away', () => {
  it('wait: the old ones stay, and log, metric and console say so and what to do', async () => {
    const { version } = app.config();
    await save(mapped('platform'));
    expect(await reloader.reload()).toBe('held');
    expect(await reloader.reload()).toBe('held');
    expect(app.config().version).toBe(version);
    expect(said[0]).toContain('doorward config reload --yes');
    expect(said[0]).toContain('acme: 100 %, 2 of 2 memberships');
    const text = await metrics();
    expect(text).toContain('doorward_config_held 1');
    expect(text).toContain('doorward_config_last_reload_successful 0');
    expect(text).toContain('doorward_config_reloads_total{outcome="held"} 2');
    expect(await app.stores.directory.read({ type: 'config.held' })).toHaveLength(1);

    await save(mapped('engineers'));
    expect(await reloader.reload()).toBe('unchanged');
    expect(await metrics()).toContain('doorward_config_last_reload_successful 1');
  });

  it('are taken over once an administrator accepts exactly these files', async () => {
    await save(mapped('platform'));
    expect(await reloader.reload()).toBe('held');
    const asked = await command('config', 'reload');
    expect(asked.code).toBe(1);
    expect(asked.out).toContain('doorward config reload --yes');
    expect((await app.stores.directory.rulesInForce())?.version).toBe(app.config().version);

    const done = await command('config', 'reload', '--yes');
    expect(done.code).toBe(0);
    expect(done.out).toContain('are in force');
    expect(await metrics()).toContain('doorward_config_held 0');
    const [accepted] = await app.stores.directory.read({ type: 'config.accepted' });
    expect(accepted?.event).toMatchObject({
      version: app.config().version,
      actor: { kind: 'command' },
    });
    // The next files that take much away ask again.
    await save(mapped('others'));
    expect(await reloader.reload()).toBe('held');
  });

  it('do not wait where they take little, or where the limit in force lets them', async () => {
    await save(mapped('engineers', 'admit: { requireGroups: [engineers, Everyone] }\n'));
    // One person of three would be refused: more than 20 %.
    expect(await reloader.reload()).toBe('held');
    await writeFile(
      join(dir, 'gateway.yaml'),
      `reload: { maxLossPercent: 40 }\n${await import('node:fs/promises').then(({ readFile }) => readFile(join(dir, 'gateway.yaml'), 'utf8'))}`,
    );
    // A file cannot allow itself what it takes away.
    expect(await reloader.reload()).toBe('held');
    const rules = join(dir, 'providers', 'acme.yaml');
    await writeFile(rules, mapped('engineers'));
    expect(await reloader.reload()).toBe('reloaded');
    await writeFile(rules, mapped('engineers', 'admit: { requireGroups: [engineers, Everyone] }\n'));
    expect(await reloader.reload()).toBe('reloaded');
    expect(await signIn('eve')).toBe(403);
    expect(await signIn('ann')).toBe(200);
  });
});

describe('doorward config diff', () => {
  it('says who gains, who loses and whose role changes, by the last sign-in and line by line', async () => {
    await save(mapped('engineers').replace('Data: engineers', 'Data: data, Ops: engineers'));
    const { code, out } = await command('config', 'diff');
    expect(code).toBe(1);
    expect(out).toContain('acme: groups.map.Data: engineers → data (acme.yaml:6)');
    expect(out).toContain('acme: groups.map.Ops: (nothing) → engineers (acme.yaml:6)');
    expect(out).toMatch(/ann@acme.example \(acme\) {2}\+"data" {2}−"engineers" {2}role member → guest\n/);
    expect(out).toMatch(/ben@acme.example \(acme\) {2}\+"data"\n/);
    expect(out).not.toContain('eve');
    const watched = await commandAt(true, 'config', 'diff', '--limit', '1');
    expect(watched.err).toContain('3 of 3 people looked at');
    expect(watched.out).toContain('… and 1 more');
    expect(out).toContain(
      '2 of 3 people change: 2 memberships gained, 1 lost, 0 refused, 1 with another role',
    );
    expect(await app.stores.directory.listGroups()).toMatchObject([{ name: 'engineers' }]);
  });

  it('gives all of it as JSON, and exits 0 where a reload would not wait', async () => {
    await save(mapped('engineers').replace('Data: engineers', 'Data: engineers, Ops: operators'));
    const { code, out } = await command('config', 'diff', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      from: app.config().version,
      rules: [{ provider: 'acme', key: 'groups.map.Ops', after: 'operators', place: 'acme.yaml:6' }],
      people: [{ userName: 'ben@acme.example', gains: ['operators'], loses: [], known: 'claims' }],
      looked: 3,
      maxLossPercent: 20,
      needsYes: false,
    });
  });

  it('compares with other files where it is told to, and with nothing where nothing ran', async () => {
    const before = join(dir, 'before');
    await mkdir(join(before, 'providers'), { recursive: true });
    await writeFile(
      join(before, 'gateway.yaml'),
      `baseUrl: ${baseUrl}\nsecrets: ["${'s'.repeat(40)}"]\nreload: { maxLossPercent: 100 }\n`,
    );
    await writeFile(join(before, 'providers', 'acme.yaml'), mapped('others'));
    const { code, out } = await command('config', 'diff', '--from', 'before');
    expect(out).toContain('groups.map.Data: others → engineers');
    expect(out).toContain('+"engineers"');
    expect(code).toBe(0);
    expect((await command('config', 'diff', '--from', 'nowhere')).code).toBe(2);
    const same = await command('config', 'diff');
    expect(same).toMatchObject({ code: 0, out: expect.stringContaining('nobody gains or loses') });
  });
});
