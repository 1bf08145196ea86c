import type { Server } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { gateWorld, snapshot, type GateWorld } from '../../support/gate-world.ts';
import { exchange, listening, rawExchange, stopped, type Answer } from '../../support/http-exchange.ts';

const servers: Server[] = [];

async function start(overrides: Parameters<typeof gateWorld>[0] = {}): Promise<GateWorld & { port: number }> {
  const world = gateWorld(overrides);
  const { server, port } = await listening((req, res) => {
    if (!world.gate.handle(req, res)) {
      res.writeHead(418);
      res.end('not the gate');
    }
  });
  servers.push(server);
  return Object.assign(world, { port });
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map(stopped));
});

const described = { 'X-Original-URL': 'https://catalog.example/tables?q=a%20b', 'X-Original-Method': 'GET' };
const forwarded = {
  'X-Forwarded-Method': 'GET',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Host': 'catalog.example',
  'X-Forwarded-Uri': '/tables?q=a%20b',
};
const browser = { Accept: 'text/html,application/xhtml+xml', 'Sec-Fetch-Mode': 'navigate' };

function utf8(answer: Answer, name: string): string {
  return Buffer.from(String(answer.headers[name]), 'latin1').toString('utf8');
}

describe('auth-request (nginx)', () => {
  const path = '/sso/verify/auth-request';

  it('answers 202, empty, with every identity header', async () => {
    const world = await start();
    const headers = { ...described, Cookie: world.signIn('one') };
    const answer = await exchange(world.port, path, { headers });
    expect(answer).toMatchObject({ status: 202, body: '' });
    expect(answer.headers).toMatchObject({
      'content-length': '0',
      'cache-control': 'no-store',
      'x-auth-request-user': snapshot().id,
      'x-auth-request-groups': 'a%2Cb,engineers',
      'x-auth-request-groups-truncated': '',
    });
    expect(utf8(answer, 'x-auth-request-name')).toBe('Łukasz Müller');
    expect(world.counters.admitted).toBe(1);
  });

  it('answers 401, empty, with the address of the login and the way back, and never redirects', async () => {
    const world = await start();
    const answer = await exchange(world.port, path, { headers: { ...described, ...browser } });
    expect(answer).toMatchObject({ status: 401, body: '' });
    expect(answer.headers).toMatchObject({
      'content-length': '0',
      'cache-control': 'no-store',
      'x-doorward-login': 'https://catalog.example/sso/login?rd=%2Ftables%3Fq%3Da%2520b',
    });
    expect(answer.headers['location']).toBeUndefined();
  });

  it('answers 403, empty, to somebody who is disabled', async () => {
    const world = await start();
    world.setUser(snapshot().id, { ...snapshot(), version: 2, disabledAt: 1 });
    const answer = await exchange(world.port, path, {
      headers: { ...described, Cookie: world.signIn('one') },
    });
    expect(answer).toMatchObject({ status: 403, body: '' });
    expect(answer.headers).toMatchObject({
      'content-length': '0',
      'x-doorward-reason': 'disabled_locally',
      'x-doorward-reference': 'REF-1',
    });
    expect(answer.headers['x-auth-request-user']).toBeUndefined();
    expect(world.logged).toContainEqual(
      expect.objectContaining({
        fields: expect.objectContaining({ reason: 'disabled_locally', reference: 'REF-1' }),
      }),
    );
  });

  it('answers 503, empty, with Retry-After when a store does not answer', async () => {
    const world = await start();
    const cookie = world.signIn('one');
    world.sessionStore.down = true;
    const answer = await exchange(world.port, path, { headers: { ...described, Cookie: cookie } });
    expect(answer).toMatchObject({ status: 503, body: '' });
    expect(answer.headers).toMatchObject({ 'content-length': '0', 'retry-after': '2' });
  });

  it.each([
    ['X-Original-URL', 'https://catalog.example/a/..;/b'],
    ['X-Original-URL', 'https://catalog.example/%'],
    ['X-Original-URL', 'https://catalog.example, https://other.example/'],
    ['X-Original-Method', 'GET POST'],
  ])('refuses somebody signed in whose %s is %j', async (name, value) => {
    const world = await start();
    const headers = { ...described, [name]: value, Cookie: world.signIn('one') };
    expect(await exchange(world.port, path, { headers })).toMatchObject({ status: 403, body: '' });
  });

  it('applies the same rules whatever the method, the User-Agent or an override says', async () => {
    const world = await start();
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'TRACE']) {
      for (const extra of [
        { 'X-HTTP-Method-Override': 'GET' },
        { 'User-Agent': 'kube-probe/1.30' },
        { 'User-Agent': 'ELB-HealthChecker/2.0' },
        { 'X-Original-Method': 'OPTIONS' },
      ]) {
        const answer = await exchange(world.port, path, { method, headers: { ...described, ...extra } });
        expect([method, extra, answer.status]).toEqual([method, extra, 401]);
      }
    }
  });

  it('keeps a connection open from check to check', async () => {
    const world = await start();
    const check = `GET ${path} HTTP/1.1\r\nHost: x\r\nCookie: ${world.signIn('one')}\r\n\r\n`;
    const { text, closed } = await rawExchange(world.port, check + check + check.replace('Cookie', 'X-None'));
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 202', 'HTTP/1.1 202', 'HTTP/1.1 401']);
    expect(closed).toBe(false);
  });

  it.each([
    'Content-Length: 3\r\n\r\nabc',
    'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'Content-Length: 60\r\n\r\n',
  ])('closes the connection after a request with a body (%j), so that nothing hides in it', async (rest) => {
    const world = await start();
    const cookie = world.signIn('one');
    const smuggled = `GET ${path} HTTP/1.1\r\nHost: x\r\nCookie: ${cookie}\r\n\r\n`;
    const { text, closed } = await rawExchange(
      world.port,
      `GET ${path} HTTP/1.1\r\nHost: x\r\n${rest}${smuggled}`,
    );
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 401']);
    expect(text).toMatch(/connection: close/i);
    expect(closed).toBe(true);
  });

  it('refuses a request with two lengths', async () => {
    const world = await start();
    const { text } = await rawExchange(
      world.port,
      `GET ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 400/);
  });
});

describe('a peer that is no configured proxy', () => {
  it('is not believed what it says of the request, and is named in the log, once', async () => {
    const world = await start({ trustedProxies: [] });
    const answers = [
      await exchange(world.port, '/sso/verify/auth-request', { headers: described }),
      await exchange(world.port, '/sso/verify/forward-auth', {
        headers: { ...forwarded, 'X-Forwarded-Host': 'evil.example', ...browser },
      }),
      await exchange(world.port, '/sso/verify/ext-authz/tables', { headers: browser }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 302, 302]);
    expect(answers.map(({ headers }) => headers['x-doorward-login'] ?? headers.location)).toEqual(
      Array.from({ length: 3 }, () => 'https://catalog.example/sso/login'),
    );
    const warnings = world.logged.filter(({ level }) => level === 'warn');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.fields).toEqual({ address: '127.0.0.1' });
    expect(warnings[0]?.message).toContain('trustedProxies');
  });
});

describe('forward-auth (Traefik, Caddy, HAProxy)', () => {
  const path = '/sso/verify/forward-auth';

  it('answers 202 with identity headers', async () => {
    const world = await start();
    const answer = await exchange(world.port, path, {
      headers: { ...forwarded, Cookie: world.signIn('one') },
    });
    expect(answer).toMatchObject({ status: 202, body: '' });
    expect(answer.headers['x-auth-request-user']).toBe(snapshot().id);
  });

  it('sends a browser to the login, with the way back', async () => {
    const world = await start();
    const answer = await exchange(world.port, path, { headers: { ...forwarded, ...browser } });
    expect(answer).toMatchObject({ status: 302, body: '' });
    expect(answer.headers).toMatchObject({
      location: 'https://catalog.example/sso/login?rd=%2Ftables%3Fq%3Da%2520b',
      'cache-control': 'no-store',
    });
  });

  it('gives another host’s address whole, and leaves one out that is very long', async () => {
    const world = await start();
    const elsewhere = { ...forwarded, 'X-Forwarded-Host': 'bi.example:8443', ...browser };
    const { headers } = await exchange(world.port, path, { headers: elsewhere });
    expect(headers.location).toBe(
      `https://catalog.example/sso/login?rd=${encodeURIComponent('https://bi.example:8443/tables?q=a%20b')}`,
    );
    const long = { ...forwarded, 'X-Forwarded-Uri': `/${'a'.repeat(3000)}`, ...browser };
    expect((await exchange(world.port, path, { headers: long })).headers.location).toBe(
      'https://catalog.example/sso/login',
    );
  });

  it.each([
    ['a script', { Accept: 'application/json' }],
    ['fetch', { Accept: 'text/html', 'Sec-Fetch-Mode': 'cors' }],
    ['XMLHttpRequest', { Accept: 'text/html', 'X-Requested-With': 'XMLHttpRequest' }],
    ['a form', { ...browser, 'X-Forwarded-Method': 'POST' }],
    ['curl', { Accept: '*/*' }],
  ])('answers %s 401 with JSON', async (_, extra) => {
    const world = await start();
    const answer = await exchange(world.port, path, { headers: { ...forwarded, ...extra } });
    expect(answer.status).toBe(401);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(answer.body)).toEqual({
      error: { code: 'unauthenticated', message: 'You are not signed in.', reference: 'REF-1' },
    });
  });

  it('shows a disabled person a page, and a script JSON, with the reference that is in the log', async () => {
    const world = await start();
    world.setUser(snapshot().id, { ...snapshot(), version: 2, disabledAt: 1 });
    const cookie = world.signIn('one');
    const page = await exchange(world.port, path, { headers: { ...forwarded, ...browser, Cookie: cookie } });
    expect(page.status).toBe(403);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.body).toContain('REF-1');
    expect(page.body).toContain('help@acme.example');
    const json = await exchange(world.port, path, { headers: { ...forwarded, Cookie: cookie } });
    expect(JSON.parse(json.body)).toMatchObject({ error: { code: 'forbidden', reference: 'REF-1' } });
  });

  it('answers 400 to two hosts, however they come', async () => {
    const world = await start();
    const cookie = world.signIn('one');
    const list = { ...forwarded, 'X-Forwarded-Host': 'catalog.example, evil.example', Cookie: cookie };
    expect((await exchange(world.port, path, { headers: list })).status).toBe(400);
    const twice = [...Object.entries(forwarded).flat(), 'X-Forwarded-Host', 'evil.example', 'Cookie', cookie];
    expect((await exchange(world.port, path, { headers: twice })).status).toBe(400);
  });

  it('answers 503 when a store does not answer', async () => {
    const world = await start();
    const cookie = world.signIn('one');
    world.directoryStore.down = true;
    const answer = await exchange(world.port, path, { headers: { ...forwarded, Cookie: cookie } });
    expect(answer.status).toBe(503);
    expect(answer.headers['x-auth-request-user']).toBeUndefined();
  });
});

describe('ext-authz (Envoy)', () => {
  it('answers exactly 200, and takes path and method as its own', async () => {
    const world = await start();
    const headers = { Host: 'catalog.example', Cookie: world.signIn('one') };
    const answer = await exchange(world.port, '/sso/verify/ext-authz/tables?q=1', {
      headers,
      method: 'POST',
    });
    expect(answer).toMatchObject({ status: 200, body: '' });
    const climbing = await exchange(world.port, '/sso/verify/ext-authz/a/%2e%2e/b', { headers });
    expect(climbing.status).toBe(400);
  });

  it('sends a browser to the login, with the way back', async () => {
    const world = await start();
    const answer = await exchange(world.port, '/sso/verify/ext-authz/tables?q=1', {
      headers: { Host: 'catalog.example', ...browser },
    });
    expect(answer.status).toBe(302);
    expect(answer.headers.location).toBe('https://catalog.example/sso/login?rd=%2Ftables%3Fq%3D1');
  });
});

describe('the verify endpoints', () => {
  it('leave everything else to others', async () => {
    const world = await start();
    for (const path of ['/', '/sso/login', '/sso/verify', '/other/sso/verify/auth-request']) {
      expect((await exchange(world.port, path)).status).toBe(418);
    }
  });

  it.each([
    '',
    'x',
    'auth-request/',
    'auth-request/x',
    'auth-requestx',
    '__proto__',
    'constructor',
    'toString',
  ])('have nothing at %j', async (name) => {
    const world = await start();
    const answer = await exchange(world.port, `/sso/verify/${name}`, {
      headers: { Cookie: world.signIn('one') },
    });
    expect(answer.status).toBe(404);
  });

  it('take a query, which changes nothing', async () => {
    const world = await start();
    const answer = await exchange(world.port, '/sso/verify/auth-request?x=1', {
      headers: { Cookie: world.signIn('one') },
    });
    expect(answer.status).toBe(202);
  });
});
