import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { Failure } from '../../identity/index.ts';

/** Where Redis is, and how to get in: what a `redis…://` address says. */
export interface RedisAddress {
  readonly kind: 'single' | 'sentinel' | 'cluster';
  /** The server, the sentinels, or some nodes of the cluster. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  /** Name of the primary that the sentinels watch. */
  readonly primary: string | undefined;
  readonly database: number;
  /** An ACL user; without a name it is the default user's password. */
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly sentinelUsername: string | undefined;
  readonly sentinelPassword: string | undefined;
  /** Undefined: no TLS. The server's certificate is always checked, its name included. */
  readonly tls: ConnectionOptions | undefined;
}

const shape =
  /^redis(?<tls>s?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<user>[^:@/?]*)(?::(?<password>[^@/?]*))?@)?(?<hosts>[^/?]+)(?<path>\/[^?]*)?(?:\?(?<query>.*))?$/;
const ports = { single: 6379, sentinel: 26379, cluster: 6379 };

/**
 * Reads `redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE]`, `redis+sentinel://…HOST,HOST/PRIMARY[/DATABASE]` or
 * `redis+cluster://…HOST,HOST`, with `rediss` for TLS. Query: `ca`, `cert`, `key` (PEM files), `servername`,
 * `sentinelUsername`, `sentinelPassword`.
 *
 * @throws Failure `internal` (`sessions.redis_address`) when it is none of these; of files that cannot be read likewise.
 */
export function parseRedisAddress(url: string): RedisAddress {
  const parts = shape.exec(url)?.groups;
  if (parts === undefined) throw new Failure('internal', { detail: 'sessions.redis_address' });
  const kind = (parts['kind'] ?? 'single') as RedisAddress['kind'];
  const hosts = (parts['hosts'] ?? '').split(',').map((text) => hostOf(text, ports[kind]));
  const [first, second] = (parts['path'] ?? '').split('/').slice(1);
  const primary = kind === 'sentinel' ? decoded(first) : undefined;
  const database = Number((kind === 'sentinel' ? second : first) || 0);
  if (
    (kind === 'single' && hosts.length > 1) ||
    !Number.isInteger(database) ||
    (kind === 'sentinel' && !primary)
  )
    throw new Failure('internal', { detail: 'sessions.redis_address' });
  const query = new URLSearchParams(parts['query'] ?? '');
  return {
    kind,
    hosts,
    primary,
    database,
    username: decoded(parts['user']),
    password: decoded(parts['password']),
    sentinelUsername: query.get('sentinelUsername') ?? undefined,
    sentinelPassword: query.get('sentinelPassword') ?? undefined,
    tls: parts['tls'] === 's' ? tlsOf(query) : undefined,
  };
}

function hostOf(text: string, standard: number): { host: string; port: number } {
  const parts = /^(?:\[(?<six>[^\]]+)\]|(?<name>[^:[\]]+))(?::(?<port>\d+))?$/.exec(text)?.groups;
  if (parts === undefined) throw new Failure('internal', { detail: 'sessions.redis_address' });
  return { host: parts['six'] ?? parts['name'] ?? '', port: Number(parts['port'] ?? standard) };
}

function tlsOf(query: URLSearchParams): ConnectionOptions {
  const file = (name: string) => {
    const path = query.get(name);
    if (path === null) return {};
    try {
      return { [name]: readFileSync(path) };
    } catch (cause) {
      throw new Failure('internal', { detail: 'sessions.redis_address', cause });
    }
  };
  const servername = query.get('servername');
  return {
    minVersion: 'TLSv1.2',
    ...file('ca'),
    ...file('cert'),
    ...file('key'),
    ...(servername !== null && { servername }),
  };
}

function decoded(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : decodeURIComponent(text);
}
