import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { createCatalog } from '../../demo/catalog/server.ts';
import { answers, startGateway, type GatewayProcess } from '../../demo/gateway.ts';
import { newSecret, newSigningJwk } from '../../demo/idp/keys.ts';
import { createOidcIdp } from '../../demo/idp/oidc.ts';
import { ScriptedBrowser } from '../../demo/scripted-browser.ts';

const readme = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');

let directory: string;
let baseUrl: string;
let nginx: ChildProcess;
let gateway: GatewayProcess;
const servers: Server[] = [];

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The one nginx snippet of the README, with this test's ports in place of its own, and nothing else changed. */
function snippet(ports: { nginx: number; gateway: number; application: number }): string {
  const found = [...readme.matchAll(/```nginx\n([\s\S]*?)```/g)];
  expect(found).toHaveLength(1);
  const text = found[0]![1]!;
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(15);
  return text
    .replace('listen 80;', `listen 127.0.0.1:${ports.nginx};`)
    .replaceAll('127.0.0.1:4180', `127.0.0.1:${ports.gateway}`)
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${ports.application}`);
}

async function listen(server: Server, port: number): Promise<void> {
  servers.push(server);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'doorward-readme-'));
  const [nginxPort, gatewayPort, ops, application, idp] = (await Promise.all(
    Array.from({ length: 5 }, freePort),
  )) as [number, number, number, number, number];
  baseUrl = `http://localhost:${nginxPort}`;
  const clientSecret = newSecret();

  await listen(createCatalog(), application);
  await listen(
    createOidcIdp({
      issuer: `http://localhost:${idp}`,
      clientId: 'readme',
      clientSecret,
      redirectUri: `${baseUrl}/sso/callback/microsoft`,
      postLogoutRedirectUris: [],
      jwk: JSON.parse(newSigningJwk()),
      cookieSecret: newSecret(),
    }),
    idp,
  );

  const config = join(directory, 'config');
  mkdirSync(join(config, 'providers'), { recursive: true });
  writeFileSync(
    join(config, 'gateway.yaml'),
    stringify({
      baseUrl,
      listen: `127.0.0.1:${gatewayPort}`,
      ops: `127.0.0.1:${ops}`,
      secrets: newSecret(),
      trustedProxies: '127.0.0.1',
    }),
  );
  writeFileSync(
    join(config, 'providers', 'microsoft.yaml'),
    stringify({
      preset: 'microsoft',
      issuer: `http://localhost:${idp}`,
      allowInsecure: true,
      clientId: 'readme',
      clientSecret,
      groups: { map: { 'Data Engineering': 'engineers' }, unmapped: 'create' },
      role: { default: 'guest', map: { engineers: 'member' } },
    }),
  );
  gateway = startGateway(config, join(directory, 'gateway.log'));

  const conf = join(directory, 'nginx.conf');
  const site = snippet({ nginx: nginxPort, gateway: gatewayPort, application });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((each) => `${each}_temp_path ${directory}/${each};`)
    .join(' ');
  writeFileSync(
    conf,
    `daemon off; master_process off; pid ${directory}/nginx.pid; error_log ${directory}/error.log;
events {} http { access_log off; ${temporary}\n${site}\n}`,
  );
  nginx = spawn('nginx', ['-c', conf, '-p', directory, '-e', `${directory}/error.log`], {
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` },
    stdio: 'ignore',
  });
  expect(await answers(gateway, `http://localhost:${ops}/readyz`)).toBe(true);
  expect(await answers(gateway, `${baseUrl}/sso/login`)).toBe(true);
}, 60_000);

afterAll(async () => {
  nginx?.kill('SIGTERM');
  await gateway?.stop();
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  rmSync(directory, { recursive: true, force: true });
});

async function signedIn(userName: string, path: string) {
  const browser = new ScriptedBrowser();
  const chooser = await browser.open(baseUrl + path);
  expect(chooser.url.href).toBe(`${baseUrl}/sso/login?rd=${encodeURIComponent(path)}`);
  const start = /href="([^"]*\/sso\/login\/microsoft[^"]*)"/.exec(chooser.body)?.[1];
  if (start === undefined) throw new Error(chooser.body);
  const form = await browser.open(new URL(start.replaceAll('&amp;', '&'), baseUrl));
  const page = await browser.submit(form, { userName, password: 'doorward' });
  return { browser, page };
}

describe("the README's nginx snippet", () => {
  it('sends a person to the sign-in page and back to the very page they asked for', async () => {
    const { page } = await signedIn('ana', '/datasets/orders?tab=lineage&x=a%26b');
    expect(page.status).toBe(200);
    expect(page.url.href).toBe(`${baseUrl}/datasets/orders?tab=lineage&x=a%26b`);
    expect(page.body).toContain('Ana Silva');
  });

  it('hands names and groups to the application byte for byte', async () => {
    const { page } = await signedIn('lukasz', '/whoami');
    expect(page.body).toContain('Łukasz Müller');
    expect(page.body).toContain('a%2Cb,engineers');
    expect(page.body).toContain('<code>member</code>');
  });

  it('lets no header of the client through, signed in or not', async () => {
    const forged = {
      'x-auth-request-user': 'admin',
      'x-auth-request-role': 'admin',
      'x-auth-request-preferred-username': 'admin',
      X_Auth_Request_User: 'admin',
      'x-auth-request.user': 'admin',
    };
    const outside = await fetch(`${baseUrl}/whoami`, { headers: forged, redirect: 'manual' });
    expect(outside.status).toBe(302);
    const { browser } = await signedIn('ben', '/whoami');
    const cookie = `doorward=${browser.cookie('localhost', 'doorward')}`;
    const inside = await fetch(`${baseUrl}/whoami`, { headers: { ...forged, cookie } });
    const text = await inside.text();
    expect(inside.status).toBe(200);
    expect(text).toContain('Ben Okafor');
    expect(text).not.toContain('admin');
  });

  it('keeps the verify endpoint to itself', async () => {
    const answer = await fetch(`${baseUrl}/sso/verify/auth-request`, { redirect: 'manual' });
    expect(answer.status).toBe(404);
  });

  it('lets nobody in while the gateway is down', async () => {
    const { browser } = await signedIn('ben', '/whoami');
    const cookie = `doorward=${browser.cookie('localhost', 'doorward')}`;
    await gateway.stop();
    const answer = await fetch(`${baseUrl}/whoami`, { headers: { cookie }, redirect: 'manual' });
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('Ben Okafor');
  });
});
