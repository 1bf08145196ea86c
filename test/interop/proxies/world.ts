import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { request } from 'node:https';
import { readFile, writeFile } from 'node:fs/promises';
import { WebSocketServer } from 'ws';
import { proxies, type ProxyName } from '../../../src/cli/proxy-config/index.ts';
import { assertionHeader, identityHeaderNames } from '../../../src/gate/index.ts';
import { testCertificates, type TestCertificates } from '../../support/certificates.ts';
import { gateWorld, type GateWorld } from '../../support/gate-world.ts';
import { listening, stopped } from '../../support/http-exchange.ts';
import { freePort } from '../../support/redis.ts';
import type { Runner } from './runners.ts';
import { startProxy, type RunningProxy } from './start.ts';

export const identityHeaders = [
  ...Object.values<string>({ ...identityHeaderNames('x-auth-request') }),
  assertionHeader,
];

/** What the application got. */
export interface Seen {
  readonly req: IncomingMessage;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** One proxy with Doorward's gate and an application behind it, everything over TLS as people would come. */
export interface ProxyWorld {
  readonly proxy: RunningProxy;
  readonly gateServer: Server;
  readonly certificates: TestCertificates;
  /** A fresh gate with nobody but the default user. */
  reset(): GateWorld;
  seen: Seen[];
  /** The target that the gate was last asked about. */
  asked: string | undefined;
  /** Lets a streamed answer go on. */
  goOn: () => void;
  ask(path: string, options?: AskOptions): Promise<Answer>;
  /** Resolves with the answer's beginning, while it is still under way. */
  open(path: string, options?: AskOptions): Promise<IncomingMessage>;
  close(): Promise<void>;
}

export interface AskOptions {
  readonly method?: string;
  /** Name then value, alternating. */
  readonly headers?: readonly string[];
  readonly body?: Buffer | string;
}

export async function proxyWorld(name: ProxyName, runner: Runner): Promise<ProxyWorld> {
  const certificates = await testCertificates('DNS:catalog.example');
  // HAProxy wants everything in one file; the others read its first part.
  const both = (await readFile(certificates.cert, 'utf8')) + (await readFile(certificates.key, 'utf8'));
  await writeFile(certificates.cert, both);
  let gate = gateWorld();
  const gateway = await listening((req, res) => {
    if (req.url?.includes('/verify/') === true) world.asked = describedTarget(req);
    if (!gate.gate.handle(req, res)) res.writeHead(200).end('the gateway itself');
  });
  gateway.server.keepAliveTimeout = 75_000;
  const application = await listening(applicationServer());
  const port = await freePort();
  const files = proxies[name]({
    hosts: ['catalog.example'],
    listen: `127.0.0.1:${port}`,
    upstream: `127.0.0.1:${application.port}`,
    gateway: `127.0.0.1:${gateway.port}`,
    prefix: '/sso',
    certificate: certificates.cert,
    key: certificates.key,
    headers: identityHeaders,
  });

  function applicationServer(): Server {
    const site = createServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        world.seen.push({ req, body: Buffer.concat(chunks) });
        if (req.url === '/stream') stream(res);
        else res.end('the catalog');
      });
    });
    const sockets = new WebSocketServer({ server: site });
    sockets.on('connection', (socket, req) => {
      world.seen.push({ req, body: Buffer.alloc(0) });
      socket.on('message', (message) => socket.send(`${String(message)}!`));
    });
    return site;
  }

  function stream(res: ServerResponse): void {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    res.write('data: first\n\n');
    world.goOn = () => res.end('data: second\n\n');
  }

  function open(path: string, options: AskOptions = {}): Promise<IncomingMessage> {
    const { method = 'GET', headers = [], body } = options;
    return new Promise((resolve, reject) => {
      const req = request(
        {
          host: '127.0.0.1',
          port: world.proxy.port,
          servername: 'catalog.example',
          ca: certificates.caText,
          path,
          method,
          headers: ['Host', 'catalog.example', ...headers],
          agent: false,
        },
        resolve,
      );
      req.on('error', reject);
      req.end(body);
    });
  }

  const world: ProxyWorld = {
    proxy: { port: 0, stop: async () => {} },
    gateServer: gateway.server,
    certificates,
    reset() {
      gate = gateWorld({ baseUrl: 'https://catalog.example' });
      world.seen = [];
      world.asked = undefined;
      return gate;
    },
    seen: [],
    asked: undefined,
    goOn: () => {},
    open,
    async ask(path, options) {
      const res = await open(path, options);
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      await once(res, 'end');
      return {
        status: res.statusCode ?? 0,
        headers: res.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
    },
    async close() {
      await world.proxy.stop();
      await stopped(gateway.server);
      await stopped(application.server);
      await certificates.remove();
    },
  };
  try {
    Object.assign(world, { proxy: await startProxy(runner, files, port) });
  } catch (error) {
    await world.close();
    throw error;
  }
  return world;
}

function describedTarget({ headers, url = '' }: IncomingMessage): string {
  const whole = headers['x-original-url'];
  if (typeof whole === 'string') return whole.replace(/^https?:\/\/[^/]*/, '');
  const forwarded = headers['x-forwarded-uri'];
  if (typeof forwarded === 'string') return forwarded;
  return url.replace('/sso/verify/ext-authz', '');
}
