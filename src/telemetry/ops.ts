import { createServer, type Server, type ServerResponse } from 'node:http';

/** What the listener for operators tells. */
export interface OpsSources {
  /** By name: resolves when the dependency answers, rejects otherwise. */
  readonly checks: Readonly<Record<string, () => Promise<unknown>>>;
  /** True from the moment the gateway began to shut down: no new requests should be sent. */
  readonly draining: () => boolean;
  /** Prometheus text. */
  readonly metrics: () => Promise<string>;
}

/**
 * The listener for operators, apart from the one that people reach:
 * `/healthz` (the process answers), `/readyz` (200 or 503, and which dependency it is), `/metrics` (Prometheus).
 */
export function createOpsServer(sources: OpsSources): Server {
  return createServer((req, res) => {
    answer(req.method ?? 'GET', req.url?.split('?')[0] ?? '/', sources, res).catch(() => {
      if (!res.headersSent)
        send(res, 500, { error: { code: 'internal', message: 'Something went wrong on our side.' } });
    });
  });
}

async function answer(method: string, path: string, sources: OpsSources, res: ServerResponse): Promise<void> {
  if (method !== 'GET' && method !== 'HEAD') return send(res, 405, { status: 'method not allowed' });
  if (path === '/healthz') return send(res, 200, { status: 'ok' });
  if (path === '/readyz') return ready(sources, res);
  if (path === '/metrics') {
    const text = await sources.metrics();
    res.writeHead(200, {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'cache-control': 'no-store',
    });
    res.end(text);
    return;
  }
  send(res, 404, { status: 'not found' });
}

async function ready({ checks, draining }: OpsSources, res: ServerResponse): Promise<void> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await check().then(isUp, isDown)] as const),
  );
  const up = !draining() && results.every(([, state]) => state === 'up');
  send(res, up ? 200 : 503, {
    status: draining() ? 'shutting down' : up ? 'ready' : 'not ready',
    dependencies: Object.fromEntries(results),
  });
}

const isUp = () => 'up' as const;
const isDown = () => 'down' as const;

function send(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  res.end(`${JSON.stringify(body)}\n`);
}
