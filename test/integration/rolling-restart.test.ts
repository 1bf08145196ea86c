import { createServer, type Server } from 'node:http';
import { Agent, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Fleet, silentProvider, startFleet } from '../support/fleet.ts';
import { startNginx, type TestNginx } from '../support/nginx.ts';
import { type Op, opClient, startOp } from '../support/op.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { signInByBrowser } from '../support/sign-in.ts';

describe('a rolling restart of two gateways behind nginx', () => {
  let postgres: PostgresServer;
  let redis: TestRedis;
  let fleet: Fleet;
  let app: Server;
  let nginx: TestNginx;
  let op: Op | undefined;
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    fleet = await startFleet({
      size: 2,
      directory: await postgres.createDatabase(),
      sessions: redis.url,
      lines: ['login: { maxPerMinutePerAddress: 100000, maxPerMinutePerProvider: 100000 }'],
      async providers(baseUrl) {
        op = await startOp(`${baseUrl}/sso/callback/op`);
        const client = [`clientId: ${opClient.client_id}`, `clientSecret: ${opClient.client_secret}`];
        const lines = ['preset: oidc', 'label: OP', `issuer: ${op.issuer}`, 'allowInsecure: true', ...client];
        return { okta: silentProvider, op: lines.join('\n') };
      },
    });
    app = createServer((req, res) => {
      req.resume().on('end', () => res.end(String(req.headers['x-auth-request-groups'])));
    });
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
    const { port } = app.address() as AddressInfo;
    nginx = await startNginx((front) => configuration(front, port, fleet));
  }, 60_000);
  afterAll(async () => {
    agent.destroy();
    await nginx?.stop();
    app?.closeAllConnections();
    app?.close();
    await fleet?.stop();
    await op?.close();
    await Promise.all([postgres?.stop(), redis?.stop()]);
  }, 60_000);

  /** As docs/several-machines.md has it. */
  function configuration(front: number, back: number, { gateways }: Fleet): string {
    return `
    upstream doorward {
      ${gateways.map((gateway) => `server 127.0.0.1:${gateway.port} max_fails=0;`).join('\n      ')}
      keepalive 16;
    }
    server {
      listen 127.0.0.1:${front};
      location / {
        auth_request /doorward-verify;
        auth_request_set $groups $upstream_http_x_auth_request_groups;
        proxy_set_header X-Auth-Request-Groups $groups;
        proxy_pass http://127.0.0.1:${back};
      }
      location = /doorward-verify {
        internal;
        proxy_pass http://doorward/sso/verify/auth-request;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        proxy_set_header X-Original-URL $scheme://$http_host$request_uri;
        proxy_set_header X-Original-Method $request_method;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
      }
      location /sso/ {
        proxy_pass http://doorward;
        proxy_set_header Host $http_host;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
      }
    }`;
  }

  function send(path: string, method: string, cookie: string): Promise<{ status: number; body: string }> {
    return new Promise((resolve) => {
      const headers = { cookie, origin: fleet.baseUrl };
      const req = request({ host: '127.0.0.1', port: nginx.port, path, method, headers, agent }, (res) => {
        let body = '';
        res.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        res.on('end', () => resolve({ status: res.statusCode ?? 0, body }));
      });
      req.on('error', (error) => resolve({ status: 0, body: error.message }));
      req.end(method === 'POST' ? 'a=b' : undefined);
    });
  }

  it('loses no request, of pages, posts to the application, sign-ins under way, or sign-outs', async () => {
    const user = await fleet.createUser(['readers']);
    const { cookie } = await fleet.signIn(user.id);
    const over = new AbortController();
    const seen: Record<string, number> = {};
    const count = (key: string) => (seen[key] = (seen[key] ?? 0) + 1);
    const pages = Array.from({ length: 5 }, async (_, index) => {
      while (!over.signal.aborted) {
        const { status, body } = await send('/page', index === 0 ? 'POST' : 'GET', cookie);
        count(`${status} ${body}`);
        await sleep(3);
      }
    });
    // A sign-out is a POST to the gateway itself, which nginx does not send a second time.
    const signOuts = Array.from({ length: 2 }, async () => {
      while (!over.signal.aborted) {
        const session = await fleet.signIn(user.id);
        const { status } = await send('/sso/logout', 'POST', session.cookie);
        count(`sign-out ${status}`);
        await sleep(15);
      }
    });
    // Its steps meet one gateway or the other, as nginx has it.
    const signIns = Array.from({ length: 2 }, async () => {
      while (!over.signal.aborted) {
        const { status, cookie: own } = await signInByBrowser(fleet.baseUrl, 'op', () => nginx.port);
        count(`sign-in ${status} ${own === undefined ? 'without' : 'with'} a session`);
        await sleep(15);
      }
    });
    for (const gateway of [...fleet.gateways, ...fleet.gateways, ...fleet.gateways]) {
      await sleep(500);
      expect(await gateway.stop()).toBe(0);
      await sleep(200);
      await gateway.start();
    }
    await sleep(300);
    over.abort();
    await Promise.all([...pages, ...signOuts, ...signIns]);
    const good = ['200 readers', 'sign-in 303 with a session', 'sign-out 303'];
    const lost = Object.entries(seen).filter(([what]) => !good.includes(what));
    // Should anything be lost: what nginx and the gateways said of it.
    const said = [await nginx.errors(), ...fleet.gateways.map((gateway) => gateway.log())].join('\n');
    const trouble = said.split('\n').filter((line) => /\[error\]|"level":"(?:warn|error)"/.test(line));
    expect({ lost, trouble: lost.length > 0 ? trouble : [] }).toEqual({ lost: [], trouble: [] });
    expect(Object.keys(seen).toSorted()).toEqual(good);
    expect(seen['200 readers']).toBeGreaterThan(500);
  }, 120_000);
});
