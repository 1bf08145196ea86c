import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { foldHeaderName, isIdentityHeader, withoutCookies } from '../gate/index.ts';
import type { Client } from './client.ts';

/** Meant for one hop (RFC 9110, section 7.6.1), or answered by us already (`Expect`). */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

/** What says where a request came from: ours replaces the client's. */
const aboutOrigin = /^(?:x-forwarded-.*|x-original-.*|x-rewrite-url|forwarded|x-real-ip)$/;

/** Gateway cookies of every name they may have. */
const ourCookie = /^(?:__Host-|__Secure-)?doorward(?:-login(?:-[\w-]{6})?|-host|-handover)?$/i;

/** Is this a cookie that only the gateway may read and set? */
export function isOurCookie(name: string): boolean {
  return ourCookie.test(name);
}

/** What the gate said of a request that it lets in. */
export interface Admitted {
  /** Identity headers, name then value, alternating. */
  readonly identity: readonly string[];
  /** A token in `Authorization` let it in: that is between the client and us. */
  readonly byToken: boolean;
}

/**
 * The headers for the application: the client's own without identity headers (in any spelling), without our cookies,
 * without what is meant for one hop (also by a `Connection` header of the client); then where the request came from;
 * then the identity. `trace`: our place in the trace of the request, instead of the client's.
 */
export function requestHeaders(
  req: IncomingMessage,
  client: Client,
  { identity, byToken }: Admitted,
  trace?: Readonly<Record<string, string>>,
): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = Object.create(null) as IncomingHttpHeaders;
  const oneHop = listed(req.headers.connection);
  for (const name in req.headers) {
    const value = req.headers[name];
    if (value === undefined || (oneHop.has(name) && name !== 'host' && name !== 'content-length')) continue;
    if (isForwardable(name)) headers[name] = value;
  }
  if (headers.cookie !== undefined) {
    const cookies = withoutCookies(headers.cookie, isOurCookie);
    if (cookies === undefined) delete headers.cookie;
    else headers.cookie = cookies;
  }
  if (byToken || isPersonalToken(headers.authorization)) delete headers.authorization;
  // A body of unknown length needs this header, or node:http would send it without any framing.
  if (req.headers['transfer-encoding'] !== undefined && !isChunkedByDefault(req.method)) {
    headers['transfer-encoding'] = 'chunked';
  }
  if (trace !== undefined) {
    delete headers['tracestate'];
    Object.assign(headers, trace);
  }
  if (client.chain !== '') headers['x-forwarded-for'] = client.chain;
  if (client.address !== '') headers['x-real-ip'] = client.address;
  headers['x-forwarded-proto'] = client.scheme;
  if (client.hostHeader !== undefined) headers['x-forwarded-host'] = client.hostHeader;
  for (let index = 0; index < identity.length; index += 2) {
    headers[identity[index] ?? ''] = identity[index + 1] ?? '';
  }
  return headers;
}

/** A personal token of ours, also one that is not accepted: no application is to learn it. */
function isPersonalToken(authorization: string | undefined): boolean {
  return authorization !== undefined && /^bearer[ \t]+dw_/i.test(authorization);
}

/** Names seen before, judged once: clients send the same few. Bounded, because they may send any. */
const judged = new Map<string, boolean>();

function isForwardable(name: string): boolean {
  const known = judged.get(name);
  if (known !== undefined) return known;
  const forwardable =
    !hopByHop.has(name) && !isIdentityHeader(name) && !aboutOrigin.test(foldHeaderName(name));
  if (judged.size < 1000) judged.set(name, forwardable);
  return forwardable;
}

function listed(connection: string | undefined): ReadonlySet<string> {
  if (connection === undefined || connection === 'keep-alive') return nothing;
  return new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
}

const nothing: ReadonlySet<string> = new Set();

function isChunkedByDefault(method: string | undefined): boolean {
  return !['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT'].includes(method ?? '');
}
