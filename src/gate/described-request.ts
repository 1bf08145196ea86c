import type { IncomingHttpHeaders } from 'node:http';
import { canonicalPath } from './canonical-path.ts';

/** The request a proxy asks about, as far as it is known. */
export interface DescribedRequest {
  readonly method: string | undefined;
  /** Lower case, without a default port; undefined when not told. */
  readonly host: string | undefined;
  /** Canonical: what rules are matched against. */
  readonly path: string | undefined;
  /** `http` or `https`, undefined when not told. */
  readonly scheme: 'http' | 'https' | undefined;
  /** Path and query as they were asked for: the way back. */
  readonly target: string | undefined;
}

/** Nothing is known: the proxy did not say, or is not believed. */
export const undescribed: DescribedRequest = {
  method: undefined,
  host: undefined,
  path: undefined,
  scheme: undefined,
  target: undefined,
};

interface Parts {
  readonly method?: string | undefined;
  readonly scheme?: string | undefined;
  readonly host?: string | undefined;
  readonly target?: string | undefined;
}

/** Does somebody describe a request here at all? (Whether they are believed is another question.) */
export function describesRequest(headers: IncomingHttpHeaders): boolean {
  return (
    headers['x-original-url'] !== undefined ||
    headers['x-forwarded-uri'] !== undefined ||
    headers['x-forwarded-host'] !== undefined ||
    headers['x-original-method'] !== undefined ||
    headers['x-forwarded-method'] !== undefined
  );
}

/** nginx: `X-Original-URL` (whole URL, or path and query) and `X-Original-Method`. Undefined: contradictory or malformed. */
export function describedByOriginalUrl(headers: IncomingHttpHeaders): DescribedRequest | undefined {
  const url = one(headers['x-original-url']);
  const method = one(headers['x-original-method']);
  if (disagree(one(headers['x-forwarded-method']), method)) return undefined;
  if (url === undefined) return request({ method });
  const [, scheme, host, target = ''] = /^(?:([A-Za-z]+):\/\/([^/?#]*))?(.*)$/.exec(url) ?? [];
  if (disagree(one(headers['x-forwarded-uri']), target)) return undefined;
  return request({ method, scheme, host, target: host !== undefined && target === '' ? '/' : target });
}

/** Traefik, Caddy, HAProxy: `X-Forwarded-Method/Proto/Host/Uri`. Undefined: contradictory or malformed. */
export function describedByForwarded(headers: IncomingHttpHeaders): DescribedRequest | undefined {
  const method = one(headers['x-forwarded-method']);
  const target = one(headers['x-forwarded-uri']);
  const original = one(headers['x-original-url'])?.replace(/^[A-Za-z]+:\/\/[^/?#]*/, '');
  if (disagree(original, target) || disagree(one(headers['x-original-method']), method)) return undefined;
  const host = one(headers['x-forwarded-host']);
  return request({ method, scheme: one(headers['x-forwarded-proto']), host, target });
}

/** Envoy: method and path are those of the check itself, the host is in `X-Forwarded-Host` or `Host`. */
export function describedByCheck(
  headers: IncomingHttpHeaders,
  method: string | undefined,
  target: string,
): DescribedRequest | undefined {
  const host = one(headers['x-forwarded-host']);
  if (disagree(host, headers.host)) return undefined;
  if (disagree(one(headers['x-forwarded-method']), method)) return undefined;
  if (disagree(one(headers['x-original-method']), method)) return undefined;
  if (disagree(one(headers['x-forwarded-uri']), target)) return undefined;
  return request({
    method,
    scheme: one(headers['x-forwarded-proto']),
    host: host ?? headers.host,
    target: target === '' ? '/' : target,
  });
}

function request(parts: Parts): DescribedRequest | undefined {
  const method = parts.method;
  if (method !== undefined && !/^[A-Za-z][A-Za-z-]{0,31}$/.test(method)) return undefined;
  const scheme = parts.scheme === undefined ? undefined : schemes.get(parts.scheme.toLowerCase());
  if (parts.scheme !== undefined && scheme === undefined) return undefined;
  const host = parts.host === undefined ? undefined : canonicalHost(parts.host, scheme);
  if (parts.host !== undefined && host === undefined) return undefined;
  const path = parts.target === undefined ? undefined : canonicalPath(parts.target);
  if (parts.target !== undefined && path === undefined) return undefined;
  return { method, host, path, scheme, target: parts.target };
}

const schemes = new Map<string, 'http' | 'https'>([
  ['http', 'http'],
  ['https', 'https'],
  ['ws', 'http'],
  ['wss', 'https'],
]);

const hostForm = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;

/** Lower case, no trailing dot, no port that the scheme implies; undefined when it is no host (a list, user info …). */
export function canonicalHost(text: string, scheme: 'http' | 'https' | undefined): string | undefined {
  const host = text.toLowerCase();
  if (host.length > 260 || !hostForm.test(host)) return undefined;
  const implied = scheme === 'http' ? ':80' : scheme === 'https' ? ':443' : undefined;
  const bare = implied !== undefined && host.endsWith(implied) ? host.slice(0, -implied.length) : host;
  return bare.replace(/\.(?=$|:)/, '');
}

/** node:http joins a header that comes twice as `a, b`: left as it is, a space in it is refused by every form above. */
function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

function disagree(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}
