import type { UpstreamConfig } from '../config/index.ts';
import { withoutPort } from '../gate/index.ts';

/** Where requests of a host and path go. */
export interface Route {
  readonly host: string | undefined;
  readonly path: string;
  /** As httpxy wants it, taken apart once. */
  readonly target: {
    readonly protocol: string;
    readonly hostname: string;
    readonly port: string;
    readonly pathname: string;
  };
  readonly secure: boolean;
}

/**
 * Finds the route of a canonical host and path: one of that host before one of any, then the longest path. The port counts
 * as little as it does for the policy, or a request would be judged for one application and go to another.
 */
export function routeTable(
  upstreams: readonly UpstreamConfig[],
): (host: string | undefined, path: string) => Route | undefined {
  const routes = upstreams
    .map(routeOf)
    .toSorted(
      (a, b) => Number(a.host === undefined) - Number(b.host === undefined) || b.path.length - a.path.length,
    );
  return (host, path) => {
    const bare = host === undefined ? undefined : withoutPort(host);
    return routes.find(
      (route) => (route.host === undefined || route.host === bare) && isUnder(path, route.path),
    );
  };
}

function routeOf({ host, path, url }: UpstreamConfig): Route {
  const { protocol, hostname, port, pathname } = new URL(url);
  const secure = protocol === 'https:';
  return {
    host: host?.toLowerCase(),
    path,
    secure,
    target: {
      protocol,
      hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: port === '' ? (secure ? '443' : '80') : port,
      pathname,
    },
  };
}

/** Is `path` the folder `prefix`, or in it? Whole segments: `/sso` does not cover `/ssomething`. */
export function isUnder(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false;
  return prefix.endsWith('/') || path.length === prefix.length || path[prefix.length] === '/';
}
