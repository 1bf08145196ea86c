import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { createApp, type App } from '../../../src/app.ts';
import { digestOf } from '../../../src/sessions/index.ts';
import { testCertificates, type TestCertificates } from '../../support/certificates.ts';
import { gateConfig, signedCookie } from '../../support/gate-world.ts';
import { listening, stopped } from '../../support/http-exchange.ts';

let folder: string;
let app: App;
let port: number;
let cookie: string;
const pairs: TestCertificates[] = [];
const applications: Server[] = [];
let seen: { name: string; req: IncomingMessage; digest: string; length: number }[] = [];

/** An application that says its name, and what it was sent. */
async function application(name: string): Promise<string> {
  const site = createServer((req, res) => {
    const hash = createHash('sha256');
    let length = 0;
    req.on('data', (chunk: Buffer) => {
      hash.update(chunk);
      length += chunk.length;
    });
    req.on('end', () => {
      seen.push({ name, req, digest: hash.digest('hex'), length });
      res.end(name);
    });
  });
  new WebSocketServer({ server: site }).on('connection', (socket) => {
    socket.on('message', (message) => socket.send(`${String(message)}!`));
  });
  const { server, port: own } = await listening(site);
  applications.push(server);
  return `http://127.0.0.1:${own}`;
}

function use(pair: TestCertificates): void {
  copyFileSync(pair.cert, join(folder, 'tls.pem'));
  copyFileSync(pair.key, join(folder, 'tls.key'));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'doorward-tls-'));
  pairs.push(await testCertificates('DNS:catalog.example'), await testCertificates('DNS:catalog.example'));
  use(pairs[0]!);
  const config = gateConfig({
    baseUrl: 'https://catalog.example',
    tls: { certificate: join(folder, 'tls.pem'), key: join(folder, 'tls.key') },
    trustedProxies: [],
    state: {
      directory: `sqlite:${join(folder, 'directory.db')}`,
      sessions: `sqlite:${join(folder, 'sessions.db')}`,
      redisPrefix: '',
      grace: 0,
    },
    upstreams: [
      { host: undefined, path: '/', url: await application('catalog') },
      { host: undefined, path: '/reports', url: await application('reports') },
      { host: 'bi.catalog.example', path: '/', url: await application('bi') },
    ],
  });
  app = await createApp(config);
  const { directory, sessions } = app.stores;
  const committed = await directory.commitLogin({
    kind: 'create',
    provider: 'okta',
    identity: { issuer: 'https://acme.okta.example', subject: '00u1' },
    profile: {
      userName: 'ann',
      email: 'ann@acme.example',
      emailVerified: true,
      displayName: 'Łukasz Müller',
    },
    idpRoles: [],
    memberships: { source: { kind: 'login', provider: 'okta' }, add: [], remove: [] },
    now: Date.now(),
  });
  if (committed.kind !== 'committed') throw new Error(committed.kind);
  const at = Date.now();
  const login = {
    userId: committed.user.id,
    provider: 'okta',
    issuer: 'https://acme.okta.example',
    subject: '00u1',
    authenticatedAt: at,
    amr: [],
    idp: {},
  };
  const times = {
    createdAt: at,
    lastSeenAt: at,
    idleExpiresAt: at + 3_600_000,
    absoluteExpiresAt: at + 3_600_000,
  };
  await sessions.set({ record: { digest: digestOf('one'), login, ...times }, data: '{}' }, { fresh: true });
  cookie = `__Host-doorward=${signedCookie('one', config.secrets[0] ?? '')}`;
  await app.start();
  port = Number(new URL(app.address()).port);
});

afterAll(async () => {
  await app.stop();
  for (const server of applications) await stopped(server);
  for (const pair of pairs) await pair.remove();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly socket: TLSSocket;
}

function ask(
  path: string,
  options: { agent?: Agent; host?: string; method?: string; headers?: object; body?: Buffer } = {},
): Promise<Answer> {
  const { agent = new Agent(), host = 'catalog.example', method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const req = request({
      host: '127.0.0.1',
      port,
      path,
      method,
      agent,
      servername: 'catalog.example',
      ca: pairs.map(({ caText }) => caText),
      headers: { host, cookie, ...headers },
    });
    req.on('error', reject);
    req.on('response', (res) => {
      const socket = res.socket as TLSSocket;
      let text = '';
      res.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      res.on('end', () => resolve({ status: res.statusCode ?? 0, body: text, socket }));
    });
    req.end(body);
  });
}

/** The certificate that a new connection is shown. */
async function shown(): Promise<string> {
  const socket = connect({
    port,
    host: '127.0.0.1',
    servername: 'catalog.example',
    rejectUnauthorized: false,
  });
  await once(socket, 'secureConnect');
  const { fingerprint256 }: PeerCertificate = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

const printOf = async (pair: TestCertificates): Promise<string> => {
  const { readFile } = await import('node:fs/promises');
  return new X509Certificate(await readFile(pair.cert)).fingerprint256;
};

describe('a gateway that ends TLS itself', () => {
  it('serves https at the address it tells', async () => {
    expect(app.address()).toMatch(/^https:/);
    expect((await ask('/')).body).toBe('catalog');
    expect(await shown()).toBe(await printOf(pairs[0]!));
  });

  it('leads to the application of the host and the longest path', async () => {
    expect((await ask('/reports/7')).body).toBe('reports');
    expect((await ask('/reportsx')).body).toBe('catalog');
    expect((await ask('/', { host: 'bi.catalog.example' })).body).toBe('bi');
    expect((await ask('/reports', { host: 'bi.catalog.example' })).body).toBe('bi');
  });

  it('tells the application who asked, for what and how, and believes no client about it', async () => {
    seen = [];
    const lies = {
      'X-Forwarded-For': '203.0.113.9',
      'X-Forwarded-Proto': 'http',
      'X-Forwarded-Host': 'evil.example',
      Forwarded: 'for=203.0.113.9',
      X_Forwarded_For: '203.0.113.9',
    };
    await ask('/', { headers: lies });
    const { headers } = seen[0]!.req;
    expect(headers).toMatchObject({
      host: 'catalog.example',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'catalog.example',
      'x-real-ip': '127.0.0.1',
    });
    expect(JSON.stringify(headers)).not.toMatch(/evil|203\.0\.113/);
  });

  it('passes a body of 64 MB on as it is', async () => {
    seen = [];
    const body = Buffer.alloc(64 * 1024 * 1024, 'every byte counts \u00ff\u0000');
    expect((await ask('/upload', { method: 'PUT', body })).status).toBe(200);
    expect(seen[0]).toMatchObject({
      length: body.length,
      digest: createHash('sha256').update(body).digest('hex'),
    });
  });

  it('takes over a renewed certificate; open connections and WebSockets go on', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = await ask('/', { agent });
    const socket = new WebSocket(`wss://127.0.0.1:${port}/live`, {
      agent: new Agent({ servername: 'catalog.example', ca: pairs[0]!.caText }),
      headers: { host: 'catalog.example', cookie },
    });
    await once(socket, 'open');

    // Half of it is written, and something that is no key: what was in use stays.
    copyFileSync(pairs[1]!.cert, join(folder, 'tls.pem'));
    writeFileSync(join(folder, 'tls.key'), 'not yet');
    await sleep(4_500);
    expect(await shown()).toBe(await printOf(pairs[0]!));

    use(pairs[1]!);
    const expected = await printOf(pairs[1]!);
    for (let attempt = 0; attempt < 100 && (await shown()) !== expected; attempt += 1) await sleep(100);
    expect(await shown()).toBe(expected);

    const after = await ask('/', { agent });
    expect(after).toMatchObject({ status: 200, body: 'catalog' });
    expect(after.socket).toBe(before.socket);
    const answer = once(socket, 'message');
    socket.send('hello');
    expect(String((await answer)[0])).toBe('hello!');
    socket.terminate();
    agent.destroy();
  });
});
