import { createServer, type Server, type ServerResponse } from 'node:http';

/** By name: resolves when the dependency answers, rejects otherwise. */
export type Checks = Readonly<Record<string, () => Promise<unknown>>>;

/** What the listener for operators tells. */
export interface OpsSources {
  readonly checks: Checks;
  /** Identity providers, by whether the last attempt to reach them succeeded. One that is down makes nobody else wait. */
  readonly providers?: () => ReadonlyMap<string, boolean>;
  /** True from the moment the gateway began to shut down: no new requests should be sent. */
  readonly draining: () => boolean;
  /** Prometheus text. */
  readonly metrics: () => Promise<string>;
}

/** A dependency that has not answered by then is down, milliseconds. */
const patience = 2_000;

/**
 * The listener for operators, apart from the one that people reach: `/livez` and `/healthz` (the process answers),
 * `/readyz` (200 or 503, and which dependency it is), `/metrics` (Prometheus).
 */
export function createOpsServer(sources: OpsSources): Server {
  return createServer((req, res) => {
    answer(req.method ?? 'GET', req.url?.split('?')[0] ?? '/', sources, res).catch(() => {
      if (!res.headersSent)
        send(res, 500, { error: { code: 'internal', message: 'Something went wrong on our side.' } });
    });
  });
}

/** Asks all of them at once; whether each answered in time. Never rejects. */
export async function checkAll(checks: Checks): Promise<ReadonlyMap<string, boolean>> {
  const asked = Object.entries(checks).map(
    async ([name, check]) => [name, await answersInTime(check)] as const,
  );
  return new Map(await Promise.all(asked));
}

async function answersInTime(check: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, patience, false);
  });
  const asked = Promise.try(check).then(
    () => true,
    () => false,
  );
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}

async function answer(method: string, path: string, sources: OpsSources, res: ServerResponse): Promise<void> {
  if (method !== 'GET' && method !== 'HEAD') return send(res, 405, { status: 'method not allowed' });
  if (path === '/livez' || path === '/healthz') return send(res, 200, { status: 'ok' });
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

async function ready({ checks, draining, providers }: OpsSources, res: ServerResponse): Promise<void> {
  const results = await checkAll(checks);
  const up = !draining() && [...results.values()].every((each) => each);
  send(res, up ? 200 : 503, {
    status: draining() ? 'shutting down' : up ? 'ready' : 'not ready',
    dependencies: inWords(results),
    providers: inWords(providers?.() ?? new Map()),
  });
}

function inWords(states: ReadonlyMap<string, boolean>): Readonly<Record<string, 'up' | 'down'>> {
  return Object.fromEntries([...states].map(([name, isUp]) => [name, isUp ? 'up' : 'down']));
}

function send(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  res.end(`${JSON.stringify(body)}\n`);
}
