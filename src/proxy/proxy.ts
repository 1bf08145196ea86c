import { Agent as HttpAgent, ServerResponse, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createProxyServer, type ProxyServerOptions } from 'httpxy';
import type { Config } from '../config/index.ts';
import {
  assertionHeader,
  canonicalPath,
  methodOverrides,
  trustedPeers,
  type Admission,
  type Gate,
} from '../gate/index.ts';
import type { Log } from '../identity/index.ts';
import { clientOf, type Client } from './client.ts';
import { openStreams } from './open-streams.ts';
import { refusals } from './refusals.ts';
import { requestHeaders, type Admitted } from './request-headers.ts';
import { tidyResponse, withoutOurCookies } from './response-headers.ts';
import { isUnder, routeTable, type Route } from './routes.ts';

export interface ProxyOptions {
  readonly config: Config;
  readonly gate: Gate;
  readonly log: Log;
  /** A new reference number for a page or an error. */
  readonly reference: () => string;
  readonly timeouts?: Partial<Timeouts>;
  /** `traceparent` and `tracestate` of the request at hand; undefined: those of the client go on as they came. */
  readonly traceHeaders?: () => Readonly<Record<string, string>> | undefined;
}

/** Milliseconds. */
export interface Timeouts {
  /** Without a byte from the application before its answer begins. */
  readonly answer: number;
  /** Between two looks at whether open streams are still admitted. */
  readonly lookAfter: number;
}

export interface Proxy {
  /** Serves a request that is an upstream's; false when it is our own, or nobody's. */
  handle(req: IncomingMessage, res: ServerResponse): boolean;
  /** For the `upgrade` event of the HTTP server: WebSockets of upstreams; anything else is answered and closed. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** For `shouldUpgradeCallback` of `http.createServer`: other upgrades are served as if nobody had asked for them. */
  shouldUpgrade(req: IncomingMessage): boolean;
  /** Ends what is still open, WebSockets included. */
  close(): void;
}

/** A request on its way through. */
interface Passage {
  readonly route: Route;
  readonly client: Client;
  readonly path: string;
}

interface Flow {
  readonly route: Route;
  request: ClientRequest | undefined;
  retried: boolean;
}

/** The application did not begin to answer in time. */
class TooLate extends Error {}

const ourPaths = ['/.well-known/doorward', '/scim', '/admin'];

/** The built-in reverse proxy. Call `close` when the server stops. */
export function createProxy(options: ProxyOptions): Proxy {
  const { config, gate, log } = options;
  const timeouts: Timeouts = { answer: 60_000, lookAfter: 5000, ...options.timeouts };
  const ours = [config.prefix, ...ourPaths];
  const findRoute = routeTable(config.upstreams);
  const peers = trustedPeers(config.trustedProxies, config.listen.socket !== undefined);
  const baseScheme = config.baseUrl.startsWith('https:') ? 'https' : 'http';
  const overridesOf = methodOverrides(config);
  const refuse = refusals(options);
  const streams = openStreams(gate, timeouts.lookAfter);
  const agents = {
    plain: new HttpAgent({ keepAlive: true, maxFreeSockets: 256 }),
    tls: new HttpsAgent({ keepAlive: true, maxFreeSockets: 256 }),
  };
  const flows = new WeakMap<IncomingMessage, Flow>();
  const server = createProxyServer();

  server.on('proxyReq', (request, req) => {
    const flow = flows.get(req);
    if (flow !== undefined) flow.request = request;
    request.setTimeout(timeouts.answer, () =>
      request.destroy(new TooLate('the application did not answer in time')),
    );
  });
  server.on('proxyReqWs', (request, _req, socket) => {
    request.once('response', withoutOurCookies);
    request.once('upgrade', (answer, upstream) => {
      withoutOurCookies(answer);
      // A side that breaks off takes the other with it: pipes pass on only an orderly end.
      socket.once('close', () => void upstream.destroy());
      upstream.once('close', () => void socket.destroy());
    });
  });
  server.on('proxyRes', (answer, req, res) => {
    flows.get(req)?.request?.setTimeout(0);
    tidyResponse(answer, res.shouldKeepAlive);
  });
  server.on('error', (error, req, res) => {
    if (req === undefined || res === undefined || res.destroyed) return;
    const flow = flows.get(req);
    if (flow === undefined) return;
    if (!(res instanceof ServerResponse)) {
      upstreamFailed(error, req, flow.route, answerOn(req, res));
    } else if (res.headersSent) {
      res.destroy();
    } else if (mayRetry(error, req, flow)) {
      flow.retried = true;
      forward(req, res, flow);
    } else {
      upstreamFailed(error, req, flow.route, res);
    }
  });

  function upstreamFailed(error: Error, req: IncomingMessage, route: Route, res: ServerResponse): void {
    const { hostname, port } = route.target;
    log.warn({ err: error, upstream: `${hostname}:${port}` }, 'an upstream does not answer');
    res.shouldKeepAlive = false;
    refuse.upstream(req, res, error instanceof TooLate ? 504 : 502);
  }

  /** Where a request goes; `ours`: not to an upstream; `malformed`: proxy and application could read it differently. */
  function passage(req: IncomingMessage): Passage | 'ours' | 'malformed' {
    const url = req.url ?? '';
    if (config.upstreams.length === 0 || ours.some((prefix) => isUnder(pathOf(url), prefix))) return 'ours';
    const path = canonicalPath(url);
    if (path === undefined) return 'malformed';
    if (ours.some((prefix) => isUnder(path, prefix))) return 'ours';
    const client = clientOf(req, peers, baseScheme);
    if (client.hostHeader !== undefined && client.host === undefined) return 'malformed';
    const route = findRoute(client.host, path);
    return route === undefined ? 'ours' : { route, client, path };
  }

  /** Asks the gate and goes on with `pass`, or answers. */
  function throughGate(
    req: IncomingMessage,
    res: () => ServerResponse,
    { client, path }: Passage,
    pass: (admitted: Admitted, stop: (close: () => void) => () => void) => void,
  ): void {
    const request = {
      cookie: req.headers.cookie,
      method: req.method,
      host: client.host,
      path,
      authorization: req.headers.authorization,
      methodOverrides: overridesOf(req.headers),
    };
    const decide = (admission: Admission): void => {
      if (admission.kind === 'admitted') {
        const { headers, assertion, byToken = false } = admission.identity;
        const identity = [...headers, assertionHeader, assertion];
        pass({ identity, byToken }, (close) => streams.watch(request, admission, close));
      } else if (admission.kind === 'anonymous') {
        // Nobody's session can end: there is nothing to look after.
        pass({ identity: admission.headers, byToken: false }, () => () => {});
      } else {
        refuse.admission(req, res(), admission, { ...request, scheme: client.scheme, target: req.url });
      }
    };
    const admission = gate.admit(request);
    if (admission instanceof Promise)
      void admission.then(decide).catch((error: unknown) => failed(error, res()));
    else decide(admission);
  }

  function failed(error: unknown, res: ServerResponse): void {
    log.error({ err: error }, 'the proxy failed');
    res.destroy();
  }

  function forward(req: IncomingMessage, res: ServerResponse, flow: Flow): void {
    server.web(req, res, targetOf(flow.route)).catch((error: unknown) => failed(error, res));
  }

  function targetOf(route: Route, agent?: false): ProxyServerOptions {
    return {
      target: route.target,
      agent: agent ?? (route.secure ? agents.tls : agents.plain),
      // The Host header stays the one that was asked for; the certificate must be the upstream's own.
      ...(route.secure ? { ssl: { servername: route.target.hostname } } : {}),
    };
  }

  return {
    handle(req, res) {
      const way = passage(req);
      if (way === 'ours') return false;
      if (way === 'malformed') {
        refuse.malformed(req, res);
        return true;
      }
      throughGate(
        req,
        () => res,
        way,
        (admitted, watch) => {
          if (res.destroyed) return;
          req.headers = requestHeaders(req, way.client, admitted, options.traceHeaders?.());
          res.once(
            'close',
            watch(() => void res.destroy()),
          );
          const flow: Flow = { route: way.route, request: undefined, retried: false };
          flows.set(req, flow);
          forward(req, res, flow);
        },
      );
      return true;
    },
    shouldUpgrade: (req) => isWebSocket(req) && typeof passage(req) === 'object',
    upgrade(req, socket, head) {
      socket.on('error', () => socket.destroy());
      const way = passage(req);
      if (typeof way !== 'object' || !isWebSocket(req)) {
        const res = answerOn(req, socket);
        if (way !== 'ours' || !gate.handle(req, res)) refuse.malformed(req, res);
        return;
      }
      throughGate(
        req,
        () => answerOn(req, socket),
        way,
        (admitted, watch) => {
          if (socket.destroyed) return;
          req.headers = {
            ...requestHeaders(req, way.client, admitted),
            connection: 'Upgrade',
            upgrade: 'websocket',
          };
          socket.once(
            'close',
            watch(() => void socket.destroy()),
          );
          flows.set(req, { route: way.route, request: undefined, retried: true });
          server
            .ws(
              req,
              socket as Socket,
              { ...targetOf(way.route, false), upgradeTimeout: timeouts.answer },
              head,
            )
            .catch((error: unknown) => {
              log.debug({ err: error }, 'a WebSocket ended with an error');
              socket.destroy();
            });
        },
      );
    },
    close() {
      streams.stop();
      agents.plain.destroy();
      agents.tls.destroy();
    },
  };
}

/** An idle connection that the application closed just as it was used: asked again, once, where asking twice is harmless. */
function mayRetry(error: Error & { code?: string }, req: IncomingMessage, flow: Flow): boolean {
  if (flow.retried || flow.request?.reusedSocket !== true || error.code !== 'ECONNRESET') return false;
  const { headers } = req;
  const noBody = headers['content-length'] === undefined && headers['transfer-encoding'] === undefined;
  return noBody && (req.method === 'GET' || req.method === 'HEAD');
}

/** An ordinary answer on the socket of a request that asked for another protocol; the connection ends with it. */
function answerOn(req: IncomingMessage, socket: Duplex): ServerResponse {
  const res = new ServerResponse(req);
  res.shouldKeepAlive = false;
  res.assignSocket(socket as Socket);
  res.once('finish', () => socket.end());
  return res;
}

function isWebSocket(req: IncomingMessage): boolean {
  return req.method === 'GET' && req.headers.upgrade?.toLowerCase() === 'websocket';
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}
