import { createServer, type IncomingMessage } from 'node:http';
import type { Config, PolicyRuleConfig } from '../../../src/config/index.ts';
import { createProxy } from '../../../src/proxy/index.ts';
import { silentLog } from '../../../src/identity/index.ts';
import { testSigner } from '../../support/assertion-signer.ts';
import { gateWorld, type GateWorld } from '../../support/gate-world.ts';
import { exchange, listening, rawExchange, stopped, type Answer } from '../../support/http-exchange.ts';

/** One line of a policy. */
export function rule(
  allow: PolicyRuleConfig['allow'],
  changes: Partial<PolicyRuleConfig> = {},
): PolicyRuleConfig {
  return {
    file: 'gateway.yaml',
    line: 1,
    hosts: [],
    paths: [],
    methods: [],
    allow,
    recent: undefined,
    acr: [],
    ...changes,
  };
}

const stewards = { groups: ['stewards'], roles: [], providers: [] };

/** What every attack goes against: `/secret` and DELETE are for stewards, `/public` is for all, the rest for whoever is signed in. */
export const policy: readonly PolicyRuleConfig[] = [
  rule(stewards, { paths: [{ path: '/secret', exact: false }] }),
  rule(stewards, { methods: ['DELETE'] }),
  rule(stewards, { hosts: ['vault.example'] }),
  rule('public', { paths: [{ path: '/public', exact: false }] }),
  rule('signed-in'),
];

/** A request as the application got it. */
export interface Arrived {
  readonly url: string;
  readonly method: string;
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** The gate, its verify endpoints and the built-in proxy over HTTP, with an application behind. */
export interface Site extends GateWorld {
  readonly port: number;
  readonly applicationPort: number;
  /** Requests that reached the application. */
  readonly arrived: Arrived[];
  /** Cookie of somebody signed in who is no steward. */
  readonly cookie: string;
  /** One request to the built-in proxy; header names and values alternate. */
  ask(
    path: string,
    options?: { method?: string; headers?: readonly string[]; body?: string },
  ): Promise<Answer>;
  /** What nginx, Traefik and Envoy ask, described by a proxy that is believed. */
  verify(endpoint: string, headers: readonly string[], method?: string): Promise<Answer>;
  raw(bytes: string): Promise<{ text: string; closed: boolean }>;
  /** Values of a header that the application got under any spelling that it may fold into this one. */
  told(name: string): string[];
  close(): Promise<void>;
}

export async function hostileSite(config: Partial<Config> = {}): Promise<Site> {
  const arrived: Arrived[] = [];
  const application = await listening((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const { url = '', method = '', rawHeaders, headers } = req;
      arrived.push({ url, method, rawHeaders, headers, body: Buffer.concat(chunks).toString('latin1') });
      res.end('the application');
    });
  });
  const clock: { world: GateWorld | undefined } = { world: undefined };
  const signer = await testSigner(() => clock.world?.now ?? Date.UTC(2026, 10, 23));
  const world = gateWorld(
    {
      policy,
      trustedProxies: [],
      assertion: { lifetime: 300_000, audience: 'catalog' },
      upstreams: [{ host: undefined, path: '/', url: `http://127.0.0.1:${application.port}` }],
      ...config,
    },
    { signer },
  );
  clock.world = world;
  const proxy = createProxy({
    config: world.config,
    gate: world.gate,
    log: silentLog,
    reference: () => 'REF-1',
  });
  const server = createServer({ shouldUpgradeCallback: (req) => proxy.shouldUpgrade(req) }, (req, res) => {
    if (world.gate.handle(req, res) || proxy.handle(req, res)) return;
    res.writeHead(404).end();
  });
  server.on('upgrade', (req, socket, head) => proxy.upgrade(req, socket, head));
  const { port } = await listening(server);
  return {
    ...world,
    get now() {
      return world.now;
    },
    port,
    applicationPort: application.port,
    arrived,
    cookie: world.signIn('one'),
    ask: (path, { method = 'GET', headers = [], body } = {}) =>
      exchange(port, path, {
        method,
        headers: [...headers, 'Host', 'catalog.example'],
        ...(body !== undefined && { body }),
      }),
    verify: (endpoint, headers, method = 'GET') =>
      exchange(port, `/sso/verify/${endpoint}`, { method, headers: [...headers, 'Host', 'gate.internal'] }),
    raw: (bytes) => rawExchange(port, bytes),
    told(name) {
      const { rawHeaders = [] } = arrived.at(-1) ?? {};
      const folded = (text: string): string => text.toLowerCase().replaceAll(/[_.]/g, '-');
      return rawHeaders.filter(
        (_, index) => index % 2 === 1 && folded(rawHeaders[index - 1] ?? '') === folded(name),
      );
    },
    async close() {
      proxy.close();
      await Promise.all([stopped(server), stopped(application.server)]);
    },
  };
}
