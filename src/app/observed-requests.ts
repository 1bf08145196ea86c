import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Config } from '../config/index.ts';
import { trustedPeers } from '../gate/index.ts';
import type { Metrics, Tracing } from '../telemetry/index.ts';

/** Pages and addresses below the prefix that are named after a provider. */
const ofProvider = /^\/(login|callback|acs|metadata|slo|backchannel|frontchannel|events)\/[^/]+$/;
const pages: ReadonlySet<string> = new Set([
  '/login',
  '/logout',
  '/signed-out',
  '/session',
  '/me',
  '/me/data',
  '/me/sessions',
  '/me/tokens',
  '/me/tokens/revoke',
  '/handover',
  '/handover/start',
  '/handover/issue',
]);

/** A request by the pattern of its path: one of a closed set, whatever is asked for. */
export function routeOf(url: string, prefix: string): string {
  const path = url.split('?', 1)[0] ?? '';
  if (path === '/scim' || path.startsWith('/scim/')) return '/scim';
  if (path === '/admin' || path.startsWith('/admin/')) return '/admin';
  if (path !== prefix && !path.startsWith(`${prefix}/`)) return 'proxy';
  const own = path.slice(prefix.length);
  const [, kind] = ofProvider.exec(own) ?? [];
  if (kind !== undefined) return `/${kind}/:provider`;
  if (own.startsWith('/static/')) return '/static';
  return pages.has(own) ? own : 'other';
}

/** Counts and traces what comes in besides the questions of proxies, which have counters of their own. */
export function observedRequests(
  config: Pick<Config, 'prefix' | 'trustedProxies' | 'listen'>,
  { metrics, tracing }: { readonly metrics: Pick<Metrics, 'requested'>; readonly tracing: Tracing },
): (req: IncomingMessage, res: ServerResponse, work: () => void) => void {
  const peers = trustedPeers(config.trustedProxies, config.listen.socket !== undefined);
  return (req, res, work) => {
    const began = performance.now();
    const route = routeOf(req.url ?? '/', config.prefix);
    res.once('close', () => {
      metrics.requested(route, res.writableFinished ? res.statusCode : undefined, performance.now() - began);
    });
    if (!tracing.enabled) return work();
    tracing.request(req, res, { route, believed: peers.trusts(req.socket.remoteAddress) }, work);
  };
}
