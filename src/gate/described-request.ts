import type { IncomingHttpHeaders } from 'node:http';
import { canonicalPath } from '../identity/index.ts';

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

type Origin = Pick<DescribedRequest, 'scheme' | 'host'>;

const unsaid: Origin = { scheme: undefined, host: undefined };

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
  if (url === undefined) return request(method, unsaid, undefined);
  const end = originEnd(url);
  const target = end === 0 ? url : end === url.length ? '/' : url.slice(end);
  if (disagree(one(headers['x-forwarded-uri']), target)) return undefined;
  return request(method, end === 0 ? unsaid : originOf(url.slice(0, end)), target);
}

/** Traefik, Caddy, HAProxy: `X-Forwarded-Method/Proto/Host/Uri`. Undefined: contradictory or malformed. */
export function describedByForwarded(headers: IncomingHttpHeaders): DescribedRequest | undefined {
  const method = one(headers['x-forwarded-method']);
  const target = one(headers['x-forwarded-uri']);
  const original = one(headers['x-original-url'])?.replace(/^[A-Za-z]+:\/\/[^/?#]*/, '');
  if (disagree(original, target) || disagree(one(headers['x-original-method']), method)) return undefined;
  const host = one(headers['x-forwarded-host']);
  return request(method, canonicalOrigin(one(headers['x-forwarded-proto']), host), target);
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
  const origin = canonicalOrigin(one(headers['x-forwarded-proto']), host ?? headers.host);
  return request(method, origin, target === '' ? '/' : target);
}

function request(
  method: string | undefined,
  origin: Origin | undefined,
  target: string | undefined,
): DescribedRequest | undefined {
  if (origin === undefined || (method !== undefined && !isMethod(method))) return undefined;
  const path = target === undefined ? undefined : canonicalPath(target);
  if (target !== undefined && path === undefined) return undefined;
  return { method, host: origin.host, path, scheme: origin.scheme, target };
}

const usualMethods = new Set(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']);

function isMethod(text: string): boolean {
  return usualMethods.has(text) || /^[A-Za-z][A-Za-z-]{0,31}$/.test(text);
}

/** Where `scheme://host` ends in a URL; 0 when it begins with neither. */
function originEnd(url: string): number {
  if (url.charCodeAt(0) === 47) return 0;
  const scheme = url.indexOf('://');
  if (scheme < 1) return 0;
  const slash = url.indexOf('/', scheme + 3);
  return slash === -1 ? url.length : slash;
}

/** The few origins that a gateway is asked about, taken apart once. Bounded, because a client names them. */
const origins = new Map<string, Origin>();

function originOf(text: string): Origin | undefined {
  const known = origins.get(text);
  if (known !== undefined) return known;
  const colon = text.indexOf('://');
  const origin = canonicalOrigin(text.slice(0, colon), text.slice(colon + 3));
  if (origin !== undefined && origins.size < 1000) origins.set(text, origin);
  return origin;
}

function canonicalOrigin(schemeText: string | undefined, hostText: string | undefined): Origin | undefined {
  const scheme = schemeText === undefined ? undefined : schemes.get(schemeText.toLowerCase());
  const host = hostText === undefined ? undefined : canonicalHost(hostText, scheme);
  if (schemeText !== undefined && scheme === undefined) return undefined;
  return hostText !== undefined && host === undefined ? undefined : { scheme, host };
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

/** A rule, a route and an audience are of a host whatever the port that the client names: it is the same application. */
export function withoutPort(host: string): string {
  const colon = host.lastIndexOf(':');
  return colon === -1 || host.endsWith(']') ? host : host.slice(0, colon);
}

/** node:http joins a header that comes twice as `a, b`: left as it is, a space in it is refused by every form above. */
function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

function disagree(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}
