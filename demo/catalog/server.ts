import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { WebSocketServer } from 'ws';
import { readForm } from '../idp/form.ts';
import { datasetNamed } from './datasets.ts';
import { endingsPage, isRoad, type EndingShown, type Endings } from './endings-page.ts';
import { utf8, visitorOf } from './identity.ts';
import { datasetPage, homePage, livePage, missingPage, whoamiPage } from './pages.ts';

/**
 * The application behind the gate: a few pages of a data catalog, server-rendered, and a WebSocket.
 * It has no login of its own. It believes the identity headers, and so must be reachable through the gateway only.
 */
export function createCatalog(endings?: Endings): Server {
  const shown = new Map<string, EndingShown>();
  const server = createServer((req, res) => {
    const url = URL.parse(req.url ?? '/', 'http://catalog.invalid');
    if (url === null) return send(res, 400, missingPage(undefined));
    if (url.pathname === '/health') return send(res, 200, 'ok');
    const visitor = visitorOf(req.headers);
    if (visitor === undefined) return send(res, 401, missingPage(undefined));
    const dataset = /^\/datasets\/([^/]+)$/.exec(url.pathname)?.[1];
    const found = dataset === undefined ? undefined : datasetNamed(dataset);
    if (url.pathname === '/') return send(res, 200, homePage(visitor));
    if (found !== undefined) return send(res, 200, datasetPage(visitor, found, url.searchParams.get('tab')));
    if (url.pathname === '/whoami') return send(res, 200, whoamiPage(visitor, identityHeaders(req.headers)));
    if (url.pathname === '/endings' && endings !== undefined) {
      if (req.method !== 'POST') return send(res, 200, endingsPage(visitor, shown));
      return void end(req, endings, shown).then(
        () => res.writeHead(303, { location: '/endings' }).end(),
        (error: unknown) => send(res, 500, endingsPage(visitor, shown, String(error))),
      );
    }
    if (url.pathname === '/live') return send(res, 200, livePage(visitor));
    return send(res, 404, missingPage(visitor));
  });

  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
  server.on('upgrade', (req, socket, head) => {
    const visitor = visitorOf(req.headers);
    if (visitor === undefined || req.url !== '/live/socket') return void socket.destroy();
    sockets.handleUpgrade(req, socket, head, (client) => {
      client.on('message', (data) => client.send(`${visitor.name}: ${String(data)}`));
    });
  });
  server.on('close', () => sockets.close());
  return server;
}

/** Carries out the ending that a form asks for; forms of other sites are refused. */
async function end(req: IncomingMessage, endings: Endings, shown: Map<string, EndingShown>): Promise<void> {
  const { origin, host } = req.headers;
  if (origin !== undefined && URL.parse(origin)?.host !== host) throw new Error('Not from this page.');
  const road = (await readForm(req, 1024)).get('road') ?? '';
  if (!isRoad(road)) throw new Error('There is no such ending.');
  shown.set(road, await endings(road));
}

/** Name, value on the wire, and what it means, of every identity header that came. */
function identityHeaders(headers: IncomingHttpHeaders): [string, string, readonly string[]][] {
  return Object.entries(headers)
    .filter(([name]) => name.startsWith('x-auth-request-') || name === 'x-doorward-assertion')
    .map(([name, value]) => {
      const wire = utf8(value);
      if (name === 'x-doorward-assertion') return [name, wire, claimsOf(wire)];
      const parts = name.endsWith('-groups') ? wire.split(',') : [wire];
      return [name, wire, parts.filter((part) => part !== '').map((part) => decodeURIComponent(part))];
    });
}

/** What a JWT says, to be read by people. An application verifies it first: docs/assertion.md. */
function claimsOf(jwt: string): readonly string[] {
  const claims: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString() || '{}');
  return Object.entries(claims ?? {}).map(([name, claim]) => `${name}: ${[claim].flat().join(', ')}`);
}

function send(res: ServerResponse, status: number, body: string): void {
  res.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  res.end(body);
}
