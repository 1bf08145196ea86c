import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import type { Config, UpstreamConfig } from '../../../src/config/index.ts';
import { createProxy, type Timeouts } from '../../../src/proxy/index.ts';
import { gateWorld, snapshot, type GateWorld } from '../../support/gate-world.ts';
import { exchange, listening, rawExchange, stopped } from '../../support/http-exchange.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

type Application = (req: IncomingMessage, res: ServerResponse) => void;

/** Tells as JSON what arrived. */
const echo: Application = (req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    res.setHeader('Content-Type', 'application/json');
    res.end(
      JSON.stringify({
        method: req.method,
        url: req.url,
        headers: req.rawHeaders,
        body: Buffer.concat(chunks).toString('utf8'),
      }),
    );
  });
};

async function application(answer: Application | Server = echo): Promise<string> {
  const { server, port } = await listening(answer);
  cleanups.push(() => stopped(server));
  return `http://127.0.0.1:${port}`;
}

interface Site extends GateWorld {
  readonly port: number;
  /** Headers of a request of somebody signed in. */
  readonly person: Record<string, string>;
}

async function site(
  upstreams: readonly Partial<UpstreamConfig>[],
  options: { config?: Partial<Config>; timeouts?: Partial<Timeouts>; upgradeAll?: boolean } = {},
): Promise<Site> {
  const world = gateWorld({
    trustedProxies: [],
    ...options.config,
    upstreams: upstreams.map((each) => ({ host: undefined, path: '/', url: '', ...each })),
  });
  const proxy = createProxy({
    config: world.config,
    gate: world.gate,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    reference: () => 'REF-1',
    ...(options.timeouts === undefined ? {} : { timeouts: options.timeouts }),
  });
  const server = createServer(
    options.upgradeAll === true
      ? {}
      : { optimizeEmptyRequests: true, shouldUpgradeCallback: (req) => proxy.shouldUpgrade(req) },
    (req, res) => {
      if (world.gate.handle(req, res) || proxy.handle(req, res)) return;
      res.writeHead(418).end('the gateway itself');
    },
  );
  server.on('upgrade', (req, socket, head) => proxy.upgrade(req, socket, head));
  const { port } = await listening(server);
  cleanups.push(async () => {
    proxy.close();
    await stopped(server);
  });
  const person = { Cookie: world.signIn('one'), Host: 'catalog.example' };
  return Object.assign(world, { port, person });
}

/** Value of a header as it arrived at the application; undefined when it did not, a list when it came twice. */
function arrived(body: string, name: string): string | string[] | undefined {
  const { headers } = JSON.parse(body) as { headers: string[] };
  const found = headers.filter((_, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === name);
  const texts = found.map((value) => Buffer.from(value, 'latin1').toString('utf8'));
  return texts.length > 1 ? texts : texts[0];
}

describe('the built-in proxy', () => {
  it('hands a request of somebody signed in on, with who it is', async () => {
    const world = await site([{ url: await application() }]);
    const answer = await exchange(world.port, '/tables/a%2Fb?q=%20x', {
      method: 'POST',
      headers: { ...world.person, 'Content-Type': 'text/plain' },
      body: 'Grüße',
    });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({
      method: 'POST',
      url: '/tables/a%2Fb?q=%20x',
      body: 'Grüße',
    });
    expect(arrived(answer.body, 'x-auth-request-user')).toBe(snapshot().id);
    expect(arrived(answer.body, 'x-auth-request-name')).toBe('Łukasz Müller');
    expect(arrived(answer.body, 'x-auth-request-groups')).toBe('a%2Cb,engineers');
    expect(arrived(answer.body, 'content-type')).toBe('text/plain');
  });

  it('takes the client’s own identity headers out, however they are spelled', async () => {
    const world = await site([{ url: await application() }]);
    const spellings = [
      'X-Auth-Request-User',
      'x-auth-request-groups',
      'X_Auth_Request_User',
      'X-AUTH-REQUEST-EMAIL',
      'x.auth.request.user',
      'X-Auth-Request-Anything',
      'X-Doorward-Assertion',
      'X_Doorward_Assertion',
      'Remote-User',
      'Remote_User',
      'X-Forwarded-User',
      'X-Forwarded-Email',
    ];
    const headers = [
      ...Object.entries(world.person).flat(),
      ...spellings.flatMap((name) => [name, 'evil']),
      'Connection',
      'keep-alive, X-Auth-Request-User, X-Auth-Request-Name, X-Hop',
      'X-Hop',
      'evil',
    ];
    const answer = await exchange(world.port, '/', { headers });
    expect(answer.status).toBe(200);
    expect(answer.body).not.toContain('evil');
    expect(arrived(answer.body, 'x-auth-request-user')).toBe(snapshot().id);
    expect(arrived(answer.body, 'x-auth-request-name')).toBe('Łukasz Müller');
    expect(arrived(answer.body, 'connection')).toBe('keep-alive');
  });

  it('keeps its own cookies to itself, and lets no application set them', async () => {
    const world = await site([
      {
        url: await application((req, res) => {
          res.setHeader('Set-Cookie', ['__Host-doorward=x; Path=/', 'theme=dark', 'doorward-login=y']);
          echo(req, res);
        }),
      },
    ]);
    const answer = await exchange(world.port, '/', {
      headers: {
        ...world.person,
        Cookie: `a=1; ${world.person['Cookie']}; __Host-doorward-login=l; doorward=d; b="2;x"; doorwards=3`,
      },
    });
    expect(arrived(answer.body, 'cookie')).toBe('a=1; b="2; x"; doorwards=3');
    expect(answer.headers['set-cookie']).toEqual(['theme=dark']);
    const bare = await exchange(world.port, '/', { headers: world.person });
    expect(arrived(bare.body, 'cookie')).toBeUndefined();
  });

  it('says where a request came from, and believes nobody else about it', async () => {
    const world = await site([{ url: await application() }]);
    const lies = {
      'X-Forwarded-For': '6.6.6.6',
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'gopher',
      'X-Forwarded-Prefix': '/evil',
      X_Forwarded_Host: 'evil.example',
      Forwarded: 'for=6.6.6.6',
      'X-Real-IP': '6.6.6.6',
      'X-Original-URL': '/evil',
      'X-Rewrite-URL': '/evil',
    };
    const answer = await exchange(world.port, '/', { headers: { ...world.person, ...lies } });
    expect(answer.body).not.toMatch(/evil|6\.6\.6\.6|gopher/);
    expect(arrived(answer.body, 'x-forwarded-for')).toBe('127.0.0.1');
    expect(arrived(answer.body, 'x-real-ip')).toBe('127.0.0.1');
    expect(arrived(answer.body, 'x-forwarded-host')).toBe('catalog.example');
    expect(arrived(answer.body, 'x-forwarded-proto')).toBe('https');
    expect(arrived(answer.body, 'host')).toBe('catalog.example');
  });

  it('believes a configured proxy in front of it', async () => {
    const world = await site([{ url: await application() }], {
      config: { trustedProxies: ['127.0.0.1', '10.0.0.0/8'] },
    });
    const told = {
      'X-Forwarded-For': '6.6.6.6, 203.0.113.9, 10.1.2.3',
      'X-Forwarded-Host': 'www.example',
      'X-Forwarded-Proto': 'http',
    };
    const answer = await exchange(world.port, '/', { headers: { ...world.person, ...told } });
    expect(arrived(answer.body, 'x-forwarded-for')).toBe('6.6.6.6, 203.0.113.9, 10.1.2.3, 127.0.0.1');
    expect(arrived(answer.body, 'x-real-ip')).toBe('203.0.113.9');
    expect(arrived(answer.body, 'x-forwarded-host')).toBe('www.example');
    expect(arrived(answer.body, 'x-forwarded-proto')).toBe('http');
    const two = { ...told, 'X-Forwarded-Host': 'www.example, evil.example' };
    expect((await exchange(world.port, '/', { headers: { ...world.person, ...two } })).status).toBe(400);
  });

  it('sends a browser without a session to the login with the way back, and answers a script 401', async () => {
    const world = await site([{ url: await application() }]);
    const browser = { Host: 'catalog.example', Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate' };
    const page = await exchange(world.port, '/tables?q=1', { headers: browser });
    expect(page.status).toBe(302);
    expect(page.headers).toMatchObject({
      location: 'https://catalog.example/sso/login?rd=%2Ftables%3Fq%3D1',
      'cache-control': 'no-store',
    });
    const script = await exchange(world.port, '/tables', { headers: { Host: 'catalog.example' } });
    expect(script.status).toBe(401);
    expect(JSON.parse(script.body)).toMatchObject({ error: { code: 'unauthenticated', reference: 'REF-1' } });
  });

  it('refuses whom the gate refuses, whatever the method', async () => {
    const world = await site([{ url: await application() }]);
    world.setUser(snapshot().id, { ...snapshot(), version: 2, disabledAt: 1 });
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE', 'PATCH']) {
      const headers = { ...world.person, 'X-HTTP-Method-Override': 'GET', 'User-Agent': 'kube-probe/1.30' };
      expect([method, (await exchange(world.port, '/', { method, headers })).status]).toEqual([method, 403]);
    }
  });

  it('answers 503 when nobody can say who it is', async () => {
    const world = await site([{ url: await application() }]);
    world.sessionStore.down = true;
    const answer = await exchange(world.port, '/', { headers: world.person });
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('2');
  });

  it('answers 400 to a path that can be read in two ways', async () => {
    const world = await site([{ url: await application() }]);
    for (const path of ['/a/..;/b', '/%2e%2e/b', '/a%5c..', '/a%00', '/%', 'http://other.example/']) {
      expect([path, (await exchange(world.port, path, { headers: world.person })).status]).toEqual([
        path,
        400,
      ]);
    }
  });

  it('leaves the gateway’s own paths alone, in any spelling', async () => {
    const world = await site([{ url: await application() }]);
    for (const path of [
      '/sso',
      '/sso/login',
      '//sso/login',
      '/%73so/x',
      '/scim/v2/Users',
      '/admin',
      '/.well-known/doorward/jwks.json',
    ]) {
      expect([path, (await exchange(world.port, path, { headers: world.person })).status]).toEqual([
        path,
        418,
      ]);
    }
    for (const path of ['/ssomething', '/.well-known/other', '/administration']) {
      expect([path, (await exchange(world.port, path, { headers: world.person })).status]).toEqual([
        path,
        200,
      ]);
    }
  });

  it('chooses the upstream by host and the longest path', async () => {
    const named = (name: string) => application((_, res) => res.end(name));
    const world = await site([
      { url: await named('any') },
      { url: await named('files'), path: '/files' },
      { url: await named('private files'), path: '/files/private/' },
      { url: await named('bi'), host: 'bi.example' },
    ]);
    const ask = async (host: string, path: string): Promise<string> =>
      (await exchange(world.port, path, { headers: { ...world.person, Host: host } })).body;
    expect(await ask('catalog.example', '/')).toBe('any');
    expect(await ask('catalog.example', '/files')).toBe('files');
    expect(await ask('catalog.example', '/files/x')).toBe('files');
    expect(await ask('catalog.example', '/filesystem')).toBe('any');
    expect(await ask('catalog.example', '/files/private/x')).toBe('private files');
    expect(await ask('BI.example:443', '/files/x')).toBe('bi');
    const only = await site([{ url: await named('bi'), host: 'bi.example' }]);
    expect((await exchange(only.port, '/', { headers: only.person })).status).toBe(418);
  });

  it('puts an upstream’s own path in front', async () => {
    const world = await site([{ url: `${await application()}/base` }]);
    const answer = await exchange(world.port, '/a?b=1', { headers: world.person });
    expect(JSON.parse(answer.body)).toMatchObject({ url: '/base/a?b=1' });
  });

  it('streams both ways', async () => {
    const received: string[] = [];
    const world = await site([
      {
        url: await application((req, res) => {
          res.writeHead(200, { 'Content-Type': 'text/plain' });
          req.setEncoding('utf8');
          req.on('data', (chunk: string) => {
            received.push(chunk);
            res.write(`got ${chunk}`);
          });
          req.on('end', () => res.end());
        }),
      },
    ]);
    const answered: string[] = [];
    await new Promise<void>((resolve, reject) => {
      const req = request(
        { host: '127.0.0.1', port: world.port, method: 'POST', headers: world.person },
        (res) => {
          res.setEncoding('utf8');
          res.on('data', (chunk: string) => {
            answered.push(chunk);
            // The second half is sent only when the answer to the first has come through.
            if (answered.length === 1) req.end('two');
          });
          res.on('end', resolve);
        },
      );
      req.on('error', reject);
      req.write('one');
    });
    expect(received).toEqual(['one', 'two']);
    expect(answered).toEqual(['got one', 'got two']);
  });

  it('lets large bodies through untouched', async () => {
    const world = await site([{ url: await application((req, res) => void req.pipe(res)) }]);
    const body = Buffer.alloc(20_000_000, 'doorward ');
    const answer = await exchange(world.port, '/', { method: 'PUT', headers: world.person, body });
    expect(answer.body.length).toBe(body.length);
    expect(Buffer.from(answer.body).equals(body)).toBe(true);
  });

  it('frames the body of a GET, so that nothing hides in it', async () => {
    const urls: string[] = [];
    const world = await site([
      {
        url: await application((req, res) => {
          urls.push(req.url ?? '');
          echo(req, res);
        }),
      },
    ]);
    const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
    const { text } = await rawExchange(
      world.port,
      `GET /outer HTTP/1.1\r\nHost: catalog.example\r\nCookie: ${world.person['Cookie']}\r\nConnection: transfer-encoding\r\n` +
        `Transfer-Encoding: chunked\r\n\r\n${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 200/);
    expect(text).toContain('GET /smuggled');
    expect(urls).toEqual(['/outer']);
  });

  it('uses one connection to the application for requests that follow each other', async () => {
    let connections = 0;
    const upstream = createServer(echo);
    upstream.on('connection', () => (connections += 1));
    const world = await site([{ url: await application(upstream) }]);
    for (let round = 0; round < 5; round += 1) await exchange(world.port, '/', { headers: world.person });
    expect(connections).toBe(1);
  });

  it('asks once more when the application has just closed an idle connection', async () => {
    let requests = 0;
    const upstream = createServer((req, res) => {
      requests += 1;
      if (requests === 2) req.socket.resetAndDestroy();
      else res.end('fine');
    });
    const world = await site([{ url: await application(upstream) }]);
    expect((await exchange(world.port, '/', { headers: world.person })).body).toBe('fine');
    expect((await exchange(world.port, '/', { headers: world.person })).body).toBe('fine');
    expect(requests).toBe(3);
  });

  it('answers 502 when the application is down, a page for a person and JSON for a script', async () => {
    const world = await site([{ url: 'http://127.0.0.1:1' }]);
    const script = await exchange(world.port, '/', { method: 'POST', headers: world.person, body: 'x' });
    expect(script.status).toBe(502);
    expect(JSON.parse(script.body)).toMatchObject({ error: { code: 'upstream_unavailable' } });
    const page = await exchange(world.port, '/', { headers: { ...world.person, Accept: 'text/html' } });
    expect(page.status).toBe(502);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.body).toContain('REF-1');
  });

  it('answers 504 when the application takes too long to begin, and lets an answer take its time', async () => {
    const slow: Application = (req, res) => {
      if (req.url === '/silent') return;
      res.write('begun');
      setTimeout(() => res.end(', done'), 300);
    };
    const world = await site([{ url: await application(slow) }], { timeouts: { answer: 100 } });
    const late = await exchange(world.port, '/silent', { headers: world.person });
    expect(late.status).toBe(504);
    expect(JSON.parse(late.body)).toMatchObject({ error: { code: 'upstream_unavailable' } });
    const page = await exchange(world.port, '/silent', { headers: { ...world.person, Accept: 'text/html' } });
    expect([page.status, page.headers['content-type']]).toEqual([504, 'text/html; charset=utf-8']);
    expect((await exchange(world.port, '/', { headers: world.person })).body).toBe('begun, done');
  });

  it('cuts an answer that the application does not finish, instead of ending it well', async () => {
    const broken: Application = (_, res) => {
      res.writeHead(200, { 'Content-Length': '100' });
      res.write('half');
      setTimeout(() => res.destroy(), 20);
    };
    const world = await site([{ url: await application(broken) }]);
    await expect(exchange(world.port, '/', { headers: world.person })).rejects.toThrow();
  });

  it('tells the application when the client has gone', async () => {
    const gone = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const world = await site([
      {
        url: await application((req, res) => {
          res.write('begun');
          req.socket.on('close', gone.resolve);
          begun.resolve();
        }),
      },
    ]);
    const client = connect(world.port, '127.0.0.1');
    client.write(`GET / HTTP/1.1\r\nHost: catalog.example\r\nCookie: ${world.person['Cookie']}\r\n\r\n`);
    await begun.promise;
    client.destroy();
    await gone.promise;
  });

  it('ends a stream whose session has ended', async () => {
    const world = await site([{ url: await application((_, res) => void res.write('begun')) }], {
      timeouts: { lookAfter: 20 },
    });
    const answer = new Promise((_, reject) => {
      const req = request({ host: '127.0.0.1', port: world.port, headers: world.person }, (res) => {
        res.once('data', () => world.end('one'));
        res.on('error', reject);
      });
      req.on('error', reject);
      req.end();
    });
    await expect(answer).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('closes the connection when the client asks for that', async () => {
    const world = await site([{ url: await application() }]);
    const head = `GET / HTTP/1.1\r\nHost: catalog.example\r\nCookie: ${world.person['Cookie']}\r\n`;
    expect(await rawExchange(world.port, `${head}Connection: close\r\n\r\n`)).toMatchObject({ closed: true });
    expect(await rawExchange(world.port, `${head}\r\n`)).toMatchObject({ closed: false });
  });
});

describe('a WebSocket through the built-in proxy', () => {
  async function chat(): Promise<{ url: string; requests: IncomingMessage[]; sockets: WebSocketServer }> {
    const server = createServer((_, res) => res.writeHead(404).end());
    const sockets = new WebSocketServer({ server });
    const requests: IncomingMessage[] = [];
    sockets.on('connection', (socket, req) => {
      requests.push(req);
      socket.on('message', (message, binary) => socket.send(message, { binary }));
    });
    return { url: await application(server), requests, sockets };
  }

  function opened(socket: WebSocket): Promise<'open' | number> {
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve('open'));
      socket.once('unexpected-response', (req, res) => {
        req.destroy();
        resolve(res.statusCode ?? 0);
      });
      socket.once('error', reject);
    });
  }

  it.each([false, true])(
    'goes both ways, with who it is and without the client’s own claims (every upgrade announced: %s)',
    async (upgradeAll) => {
      const { url, requests } = await chat();
      const world = await site([{ url }], { upgradeAll });
      const socket = new WebSocket(`ws://127.0.0.1:${world.port}/live`, {
        headers: { ...world.person, 'X-Auth-Request-User': 'evil', X_Auth_Request_Email: 'evil' },
      });
      expect(await opened(socket)).toBe('open');
      const echoed = new Promise(
        (resolve) => void socket.once('message', (message) => resolve(String(message))),
      );
      socket.send('Grüße');
      expect(await echoed).toBe('Grüße');
      expect(requests[0]?.headers['x-auth-request-user']).toBe(snapshot().id);
      expect(requests[0]?.rawHeaders.join()).not.toContain('evil');
      expect(requests[0]?.headers.cookie).toBeUndefined();
      socket.terminate();
    },
  );

  it('is refused by the same rules', async () => {
    const { url, requests } = await chat();
    const world = await site([{ url }]);
    const address = `ws://127.0.0.1:${world.port}/live`;
    const { Host } = world.person;
    expect(await opened(new WebSocket(address, { headers: { Host } }))).toBe(401);
    expect(await opened(new WebSocket(`${address}/..;/x`, { headers: world.person }))).toBe(400);
    world.sessionStore.down = true;
    expect(await opened(new WebSocket(address, { headers: world.person }))).toBe(503);
    world.sessionStore.down = false;
    world.setUser(snapshot().id, { ...snapshot(), version: 2, disabledAt: 1 });
    expect(await opened(new WebSocket(address, { headers: world.person }))).toBe(403);
    expect(requests).toHaveLength(0);
  });

  it('is closed when its session ends', async () => {
    const { url } = await chat();
    const world = await site([{ url }], { timeouts: { lookAfter: 20 } });
    const socket = new WebSocket(`ws://127.0.0.1:${world.port}/live`, { headers: world.person });
    await opened(socket);
    const closed = new Promise((resolve) => void socket.once('close', resolve));
    world.end('one');
    await closed;
  });

  it('does not prolong a session by being open', async () => {
    const { url } = await chat();
    const world = await site([{ url }], { timeouts: { lookAfter: 5 } });
    const socket = new WebSocket(`ws://127.0.0.1:${world.port}/live`, { headers: world.person });
    await opened(socket);
    const closed = new Promise((resolve) => void socket.once('close', resolve));
    for (let minute = 0; minute < 59; minute += 1) world.now += 60_000;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(socket.readyState).toBe(WebSocket.OPEN);
    expect(world.sessionStore.touched).toEqual([]);
    world.now += 60_000;
    await closed;
  });

  it('to an application that is down is answered 502', async () => {
    const world = await site([{ url: 'http://127.0.0.1:1' }]);
    const socket = new WebSocket(`ws://127.0.0.1:${world.port}/live`, { headers: world.person });
    expect(await opened(socket)).toBe(502);
  });

  it('that the application refuses is refused with its own answer', async () => {
    const world = await site([{ url: await application((_, res) => res.writeHead(404).end()) }]);
    const socket = new WebSocket(`ws://127.0.0.1:${world.port}/live`, { headers: world.person });
    expect(await opened(socket)).toBe(404);
  });

  it('to the gateway itself is no WebSocket, and another protocol is not switched to', async () => {
    const { url } = await chat();
    for (const upgradeAll of [false, true]) {
      const world = await site([{ url }], { upgradeAll });
      const upgrade =
        'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n';
      const verify = await rawExchange(
        world.port,
        `GET /sso/verify/auth-request HTTP/1.1\r\nHost: x\r\nCookie: ${world.person['Cookie']}\r\n${upgrade}\r\n`,
      );
      expect(verify.text).toMatch(/^HTTP\/1\.1 202/);
      const login = await rawExchange(world.port, `GET /sso/login HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n`);
      expect(login.text).toMatch(upgradeAll ? /^HTTP\/1\.1 400/ : /^HTTP\/1\.1 418/);
      const h2c = await rawExchange(
        world.port,
        `GET / HTTP/1.1\r\nHost: x\r\nCookie: ${world.person['Cookie']}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n`,
      );
      expect(h2c.text).toMatch(/^HTTP\/1\.1 (?:404|400)/);
    }
  });
});
