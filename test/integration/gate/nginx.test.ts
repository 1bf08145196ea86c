import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { gateWorld, snapshot, type GateWorld } from '../../support/gate-world.ts';
import { exchange, listening, stopped } from '../../support/http-exchange.ts';
import { startNginx, type TestNginx } from '../../support/nginx.ts';

const identityHeaders = [
  'User',
  'Email',
  'Preferred-Username',
  'Name',
  'Groups',
  'Groups-Truncated',
  'Role',
].map((name) => `X-Auth-Request-${name}`);

/** nginx as an administrator sets it up: everything behind `auth_request`, `/sso/` to the gateway. */
function catalogSite(port: number, gatePort: number, applicationPort: number): string {
  const variable = (name: string): string => `$doorward_${name.toLowerCase().replaceAll('-', '_')}`;
  const fetched = identityHeaders.map(
    (name) => `auth_request_set ${variable(name)} $upstream_http_${name.toLowerCase().replaceAll('-', '_')};`,
  );
  const passed = identityHeaders.map((name) => `proxy_set_header ${name} ${variable(name)};`);
  return `
  upstream gate { server 127.0.0.1:${gatePort}; keepalive 8; }
  upstream application { server 127.0.0.1:${applicationPort}; keepalive 8; }
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 0;
    proxy_http_version 1.1;
    location /sso/ {
      proxy_pass http://gate;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
    }
    location = /.doorward-verify {
      internal;
      proxy_pass http://gate/sso/verify/auth-request;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header Connection "";
      proxy_set_header X-Original-URL $scheme://$http_host$request_uri;
      proxy_set_header X-Original-Method $request_method;
      proxy_set_header X-Forwarded-Uri "";
      proxy_set_header X-Forwarded-Method "";
    }
    location / {
      auth_request /.doorward-verify;
      auth_request_set $doorward_login $upstream_http_x_doorward_login;
      ${fetched.join('\n      ')}
      error_page 401 = @login;
      proxy_pass http://application;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      ${passed.join('\n      ')}
    }
    location @login { return 302 $doorward_login; }
  }
`;
}

let world: GateWorld;
let gate: Server;
let application: Server;
let nginx: TestNginx;
let person: Record<string, string>;
const gateConnections = new Set<unknown>();
let checks = 0;
let seen: { req: IncomingMessage; body: Buffer }[] = [];

beforeAll(async () => {
  const gateway = await listening((req, res) => {
    checks += 1;
    if (!world.gate.handle(req, res)) res.writeHead(200).end('the gateway itself');
  });
  gate = gateway.server;
  gate.keepAliveTimeout = 75_000;
  gate.on('connection', (socket) => gateConnections.add(socket));
  const site = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      seen.push({ req, body: Buffer.concat(chunks) });
      res.end('the catalog');
    });
  });
  const sockets = new WebSocketServer({ server: site });
  sockets.on('connection', (socket, req) => {
    seen.push({ req, body: Buffer.alloc(0) });
    socket.on('message', (message) => socket.send(`${String(message)}!`));
  });
  const { server, port } = await listening(site);
  application = server;
  nginx = await startNginx((own) => catalogSite(own, gateway.port, port));
});

beforeEach(() => {
  world = gateWorld({ baseUrl: 'https://catalog.example' });
  person = { Host: 'catalog.example', Cookie: world.signIn('one') };
  seen = [];
});

afterAll(async () => {
  await nginx.stop();
  await stopped(application);
  await stopped(gate);
});

/** The bytes of a header as the application got them. */
function bytes(name: string): Buffer | undefined {
  const raw = seen[0]?.req.rawHeaders ?? [];
  const found = raw.filter((_, index) => index % 2 === 1 && raw[index - 1]?.toLowerCase() === name);
  expect(found.length).toBeLessThan(2);
  return found[0] === undefined ? undefined : Buffer.from(found[0], 'latin1');
}

describe('behind a real nginx with auth_request', () => {
  it('somebody signed in reaches the application, with headers that arrive byte for byte', async () => {
    const answer = await exchange(nginx.port, '/tables?q=a%20b', { headers: person });
    expect(answer).toMatchObject({ status: 200, body: 'the catalog' });
    expect(seen[0]?.req.url).toBe('/tables?q=a%20b');
    expect(bytes('x-auth-request-user')).toEqual(Buffer.from(snapshot().id));
    expect(bytes('x-auth-request-name')).toEqual(Buffer.from('Łukasz Müller', 'utf8'));
    expect(bytes('x-auth-request-groups')).toEqual(Buffer.from('a%2Cb,engineers'));
    expect(bytes('x-auth-request-role')).toEqual(Buffer.from('guest'));
  });

  it('somebody signed out is sent to the login with the way back, and the application hears nothing', async () => {
    const answer = await exchange(nginx.port, '/tables?q=a%20b', { headers: { Host: 'catalog.example' } });
    expect(answer.status).toBe(302);
    expect(answer.headers.location).toBe('https://catalog.example/sso/login?rd=%2Ftables%3Fq%3Da%2520b');
    expect(seen).toEqual([]);
    expect((await exchange(nginx.port, '/sso/login')).body).toBe('the gateway itself');
  });

  it('somebody disabled gets 403 on the next request', async () => {
    expect((await exchange(nginx.port, '/', { headers: person })).status).toBe(200);
    world.setUser(snapshot().id, { ...snapshot(), version: 2, disabledAt: 1 });
    expect((await exchange(nginx.port, '/', { headers: person })).status).toBe(403);
    expect(seen).toHaveLength(1);
  });

  it('a client’s own identity headers are gone, whether ours say something or nothing', async () => {
    world.setUser(snapshot().id, {
      ...snapshot(),
      version: 2,
      email: undefined,
      displayName: undefined,
      groups: [],
    });
    const spoofed = [
      ...identityHeaders,
      'X_Auth_Request_Groups',
      'x.auth.request.groups',
      'X-AUTH-REQUEST-EMAIL',
    ];
    const headers = [
      ...Object.entries(person).flat(),
      ...spoofed.flatMap((name) => [name, 'evil']),
      'Connection',
      'keep-alive, X-Auth-Request-User, X-Auth-Request-Role',
    ];
    expect((await exchange(nginx.port, '/', { headers })).status).toBe(200);
    expect(seen[0]?.req.rawHeaders.join('\n')).not.toContain('evil');
    expect(bytes('x-auth-request-user')).toEqual(Buffer.from(snapshot().id));
    expect(bytes('x-auth-request-role')).toEqual(Buffer.from('guest'));
    expect(bytes('x-auth-request-email')).toBeUndefined();
  });

  it('a client cannot describe another request than its own', async () => {
    const lies = {
      'X-Original-URL': 'https://evil.example/',
      'X-Original-Method': 'HEAD',
      'X-Forwarded-Uri': '/x',
    };
    const answer = await exchange(nginx.port, '/tables', { headers: { Host: 'catalog.example', ...lies } });
    expect(answer.headers.location).toBe('https://catalog.example/sso/login?rd=%2Ftables');
    expect((await exchange(nginx.port, '/tables', { headers: { ...person, ...lies } })).status).toBe(200);
  });

  it.each(['/a/..;/b', '/a/%2e%2e/b', '/a%5cb', '/a%00'])(
    '%s, which can be read in two ways, is denied',
    async (path) => {
      const { status } = await exchange(nginx.port, path, { headers: person });
      expect([400, 403]).toContain(status);
      expect(seen).toEqual([]);
    },
  );

  it('the body of a POST arrives untouched', async () => {
    const body = Buffer.alloc(3_000_000, 'every byte counts \u00ff\u0000');
    const answer = await exchange(nginx.port, '/upload', { method: 'POST', headers: person, body });
    expect(answer.status).toBe(200);
    expect(seen[0]?.req.method).toBe('POST');
    const digest = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
    expect(digest(seen[0]?.body ?? Buffer.alloc(0))).toBe(digest(body));
    const denied = await exchange(nginx.port, '/upload', {
      method: 'POST',
      headers: { Host: 'catalog.example' },
      body: 'x',
    });
    expect(denied.status).toBe(302);
    expect(seen).toHaveLength(1);
  });

  it('a WebSocket opens for somebody signed in, and for nobody else', async () => {
    const url = `ws://127.0.0.1:${nginx.port}/live`;
    const socket = new WebSocket(url, { headers: person });
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const answer = new Promise(
      (resolve) => void socket.once('message', (message) => resolve(String(message))),
    );
    socket.send('hello');
    expect(await answer).toBe('hello!');
    expect(bytes('x-auth-request-user')).toEqual(Buffer.from(snapshot().id));
    socket.terminate();
    const refused = new WebSocket(url, { headers: { Host: 'catalog.example' } });
    await expect(
      new Promise((resolve, reject) => {
        refused.once('open', resolve);
        refused.once('error', reject);
      }),
    ).rejects.toThrow('302');
  });

  it('nginx keeps one connection to the gate, whatever the answers are', async () => {
    // The first request may have to open it.
    await exchange(nginx.port, '/', { headers: person });
    const [connectionsBefore, checksBefore] = [gateConnections.size, checks];
    for (let round = 0; round < 20; round += 1) {
      await exchange(nginx.port, '/', { headers: person });
      await exchange(nginx.port, '/', { headers: { Host: 'catalog.example' } });
    }
    world.setUser(snapshot().id, { ...snapshot(), version: 2, disabledAt: 1 });
    await exchange(nginx.port, '/', { headers: person });
    world.sessionStore.invalidate(undefined);
    world.sessionStore.down = true;
    await exchange(nginx.port, '/', { headers: person });
    expect(checks - checksBefore).toBe(42);
    expect(gateConnections.size - connectionsBefore).toBe(0);
  });

  it('a store that does not answer denies', async () => {
    world.sessionStore.down = true;
    expect((await exchange(nginx.port, '/', { headers: person })).status).toBe(500);
    expect(seen).toEqual([]);
  });

  // Last: it takes the gate away.
  it('a gate that is down denies', async () => {
    await stopped(gate);
    expect((await exchange(nginx.port, '/', { headers: person })).status).toBe(500);
    expect(seen).toEqual([]);
    expect(await nginx.errors()).toContain('auth request unexpected status: 502');
  });
});
