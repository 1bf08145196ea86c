import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { CookieBrowser, startGateway, type Gateway } from '../../support/gateway.ts';
import { idpEntity } from '../../support/saml-metadata.ts';
import { samlConfig } from '../../support/saml-provider.ts';

let server: Server;
let url: string;
let up: boolean;
let fetches: number;
let folder: string;
const running: Gateway[] = [];

beforeEach(async () => {
  [up, fetches] = [true, 0];
  server = createServer((_req, res) => {
    fetches += 1;
    res.writeHead(up ? 200 : 503).end(up ? idpEntity('https://adfs.acme.example') : '');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metadata`;
  folder = mkdtempSync(join(tmpdir(), 'doorward-metadata-'));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((gateway) => gateway.close()));
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A gateway with one provider whose metadata are at a URL, and one that is written out in its file. */
async function start(ahead = 0): Promise<Gateway> {
  const gateway = await startGateway({
    folder,
    now: () => Date.now() + ahead,
    providers: () => [
      samlConfig({ id: 'adfs', idp: { from: 'url', url, entityId: undefined } }),
      samlConfig({ id: 'okta' }),
    ],
  });
  running.push(gateway);
  return gateway;
}

const leadsTo = async ({ baseUrl }: Gateway, provider: string): Promise<string> => {
  const response = await new CookieBrowser().ask(`${baseUrl}/sso/login/${provider}`);
  await response.body?.cancel();
  return response.status === 302 || response.status === 303
    ? (response.headers.get('location') ?? '').replace(/\?.*/, '')
    : String(response.status);
};

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

it('fetches metadata by itself, before anybody signs in', async () => {
  const gateway = await start();
  await until(() => gateway.said.some((line) => line.includes('were taken over')));
  expect(await leadsTo(gateway, 'adfs')).toBe('https://adfs.acme.example/sso');
  expect(fetches).toBe(1);
});

it('starts again with what it knew while the identity provider is down', async () => {
  const before = await start();
  await until(() => before.said.some((line) => line.includes('were taken over')));
  await before.close();
  running.splice(0);
  up = false;
  const after = await start(2 * 3_600_000);
  await until(() => after.said.some((line) => line.includes('could not be loaded')));
  expect(await leadsTo(after, 'adfs')).toBe('https://adfs.acme.example/sso');
});

it('lets an identity provider that is down from the beginning harm nobody else', async () => {
  up = false;
  const gateway = await start();
  expect(await leadsTo(gateway, 'adfs')).toBe('502');
  expect(await leadsTo(gateway, 'okta')).toBe('https://idp.acme.example/sso');
});
