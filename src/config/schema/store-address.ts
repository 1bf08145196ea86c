import { resolve } from 'node:path';

const redis =
  /^rediss?(?:\+(?<kind>sentinel|cluster))?:\/\/(?:[^@/?]*@)?(?<hosts>[^/?]+)(?:\/(?<path>[^?]*))?(?:\?.*)?$/;
const host = /^(?:\[[0-9a-f:.]+\]|[^:[\]\s]+)(?::\d{1,5})?$/i;

/** What is wrong with `state.sessions`, or undefined. */
export function sessionsAddressComplaint(value: string): string | undefined {
  if (/^sqlite:.+$/s.test(value)) return undefined;
  const parts = redis.exec(value)?.groups;
  if (parts === undefined) {
    return 'expected sqlite:PATH, redis://HOST, redis+sentinel://HOST,HOST/PRIMARY or redis+cluster://HOST,HOST (rediss… for TLS)';
  }
  const { kind, hosts = '', path = '' } = parts;
  const each = hosts.split(',');
  if (!each.every((name) => host.test(name))) return 'expected HOST or HOST:PORT, separated by commas';
  if (kind === undefined && each.length > 1)
    return 'has several hosts; expected redis+sentinel:// or redis+cluster://';
  if (kind === 'sentinel' && !/^[^/]+(\/\d+)?$/.test(path))
    return 'expected the name of the primary that the sentinels watch, as in redis+sentinel://HOST,HOST/mymaster';
  if (kind === 'cluster' && path !== '')
    return 'a cluster has no databases; expected nothing after the hosts';
  if (kind === undefined && !/^\d*$/.test(path))
    return 'expected a number as the database, as in redis://HOST/0';
  return undefined;
}

/** What is wrong with `state.directory`, or undefined. */
export function directoryAddressComplaint(value: string): string | undefined {
  if (/^sqlite:.+$/s.test(value)) return undefined;
  if (!/^postgres(ql)?:\/\/.+$/s.test(value) || !URL.canParse(value)) {
    return 'expected sqlite:PATH or postgres://…';
  }
  const query = new URL(value).searchParams;
  const mode = query.get('sslmode');
  // What libpq calls prefer or require checks nothing: anybody on the way could answer in the server's place.
  if (mode !== null && mode !== 'verify-full' && mode !== 'disable')
    return `sslmode=${mode} does not check who the server is; expected sslmode=verify-full or sslmode=disable`;
  const pool = query.get('pool');
  if (pool !== null && !/^[1-9]\d{0,2}$/.test(pool)) return 'expected pool=1 to pool=999';
  return undefined;
}

/** Parameters that name a file: Redis', then PostgreSQL's. */
const files = ['ca', 'cert', 'key', 'sslrootcert', 'sslcert', 'sslkey'];

/** The address with its relative paths made absolute: they start from the configuration directory. */
export function absoluteStoreAddress(address: string, dir: string): string {
  const path = /^sqlite:(.+)$/s.exec(address)?.[1];
  if (path !== undefined) return path === ':memory:' ? address : `sqlite:${resolve(dir, path)}`;
  const [head = '', tail] = address.split(/\?(.*)/s);
  if (tail === undefined) return address;
  const query = new URLSearchParams(tail);
  for (const name of files) {
    const file = query.get(name);
    if (file !== null) query.set(name, resolve(dir, file));
  }
  return `${head}?${query}`;
}
