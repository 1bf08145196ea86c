import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { newSecret, newSigningJwk } from '../../demo/idp/keys.ts';
import { createOidcIdp } from '../../demo/idp/oidc.ts';
import { ScriptedBrowser } from '../../demo/scripted-browser.ts';
import { startPostgres, type PostgresServer } from '../support/postgres.ts';

/**
 * There is no container engine here: these are the very processes of docker-compose.yml, started by hand with its commands,
 * its secrets and its configuration, and only addresses and paths changed.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const compose = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'));

let directory: string;
let postgres: PostgresServer;
let baseUrl: string;
let ops: string;
let idp: Server;
const children: ChildProcess[] = [];

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function start(words: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(words[0]!, words.slice(1), {
    cwd: join(directory, 'app'),
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  children.push(child);
  return child;
}

async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    if (await check().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not get ready`);
}

const isOk = async (url: string): Promise<boolean> => (await fetch(url)).ok;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'doorward-compose-'));
  // make-secrets works beside itself, so it gets a place of its own.
  mkdirSync(join(directory, 'compose'));
  cpSync(join(root, 'deploy/compose/make-secrets'), join(directory, 'compose/make-secrets'));
  execFileSync(join(directory, 'compose/make-secrets'));
  const secrets = join(directory, 'compose/secrets');
  const secret = (name: string): string => readFileSync(join(secrets, name), 'utf8');

  const ports = await Promise.all(Array.from({ length: 5 }, freePort));
  const [gateway, opsPort, catalog, redis, idpPort] = ports as [number, number, number, number, number];
  baseUrl = `http://localhost:${gateway}`;
  ops = `http://127.0.0.1:${opsPort}`;

  postgres = await startPostgres();
  const admin = await postgres.createDatabase();
  await postgres.query(admin, `CREATE ROLE doorward LOGIN PASSWORD '${secret('postgres_password')}'`);
  await postgres.query(admin, 'CREATE DATABASE doorward OWNER doorward');

  const data = join(directory, 'redis');
  const config = join(directory, 'app/config');
  mkdirSync(data);
  mkdirSync(join(config, 'providers'), { recursive: true });
  const [shell, option, script] = compose.services.redis.command as [string, string, string];
  start([
    shell,
    option,
    script
      .replaceAll('$$', '$')
      .replaceAll('/run/secrets', secrets)
      .replace('dir /data', `dir ${data}\nbind 127.0.0.1\nport ${redis}`),
  ]);
  start(['node', join(root, 'demo/catalog/main.ts')], { HOST: '127.0.0.1', PORT: String(catalog) });

  const clientSecret = newSecret();
  idp = createOidcIdp({
    issuer: `http://localhost:${idpPort}`,
    clientId: 'compose',
    clientSecret,
    redirectUri: `${baseUrl}/sso/callback/microsoft`,
    postLogoutRedirectUris: [],
    jwk: JSON.parse(newSigningJwk()),
    cookieSecret: newSecret(),
  }).listen(idpPort, '127.0.0.1');

  writeFileSync(
    join(config, 'gateway.yaml'),
    readFileSync(join(root, 'deploy/compose/gateway.yaml'), 'utf8')
      .replaceAll('/run/secrets', secrets)
      .replace('0.0.0.0:4180', `127.0.0.1:${gateway}`)
      .replace('127.0.0.1:4181', `127.0.0.1:${opsPort}`)
      .replace('@postgres:5432', `@${new URL(admin).host}`)
      .replace('@redis:6379', `@127.0.0.1:${redis}`)
      .replace('//catalog:4192', `//127.0.0.1:${catalog}`),
  );
  writeFileSync(
    join(config, 'providers/microsoft.yaml'),
    stringify({
      preset: 'microsoft',
      issuer: `http://localhost:${idpPort}`,
      allowInsecure: true,
      clientId: 'compose',
      clientSecret: '${env:MICROSOFT_CLIENT_SECRET}',
      groups: { unmapped: 'create' },
    }),
  );
  await until('the catalog', () => isOk(`http://127.0.0.1:${catalog}/health`));
  const command = /^CMD (\[.*\])$/gm;
  const [, words] = [...readFileSync(join(root, 'Dockerfile'), 'utf8').matchAll(command)].at(-1)!;
  const [node, main, ...rest] = JSON.parse(words!) as [string, string, ...string[]];
  start([node, join(root, main), ...rest], {
    NODE_ENV: 'production',
    DOORWARD_BASE_URL: baseUrl,
    MICROSOFT_CLIENT_SECRET: clientSecret,
  });
  await until('the gateway', () => isOk(`${ops}/readyz`));
}, 90_000);

afterAll(async () => {
  for (const child of children.toReversed()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
  idp?.close();
  idp?.closeAllConnections();
  await postgres?.stop();
  rmSync(directory, { recursive: true, force: true });
}, 30_000);

describe('the processes of docker-compose.yml', () => {
  it('are ready, and say which stores they stand on', async () => {
    const answer = (await (await fetch(`${ops}/readyz`)).json()) as { dependencies: object };
    expect(Object.values(answer.dependencies)).toEqual(expect.arrayContaining(['up', 'up']));
  });

  it('sign a person in to the catalog, with the user in PostgreSQL and the session in Redis', async () => {
    const browser = new ScriptedBrowser();
    const form = await browser.open(`${baseUrl}/sso/login/microsoft?rd=/whoami`);
    const page = await browser.submit(form, { userName: 'lukasz', password: 'doorward' });
    expect(page.url.href).toBe(`${baseUrl}/whoami`);
    expect(page.body).toContain('Łukasz Müller');
    expect(page.body).toContain('Data Engineering,a%2Cb');
  });

  it('let only the owner reach the secrets, and make them once', () => {
    const secrets = join(directory, 'compose/secrets');
    const before = readFileSync(join(secrets, 'gateway_secret'), 'utf8');
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect((statSync(secrets).mode & 0o777).toString(8)).toBe('700');
    execFileSync(join(directory, 'compose/make-secrets'));
    expect(readFileSync(join(secrets, 'gateway_secret'), 'utf8')).toBe(before);
  });
});
