import { createHmac, timingSafeEqual } from 'node:crypto';

/** Attributes of the session cookie, in express-session's words. Its lifetime is added per session. */
export interface CookieAttributes {
  readonly path: '/';
  readonly httpOnly: true;
  readonly sameSite: 'lax';
  readonly secure: boolean;
  readonly domain?: string;
}

/** More sessions that we signed than this in one request are not looked at: nobody has them by accident. */
const mostIds = 4;
/** Cookies of our name whose signatures are computed: more do not fit into a request, whose headers have 16 kB. */
const mostCandidates = 256;
/** HMAC-SHA256 as base64 without padding, characters. */
const signatureLength = 43;

/**
 * The session cookie's name: `__Host-doorward` on https (no other host can set it, RFC 6265bis section 4.1.3),
 * `__Secure-doorward` where it is shared with a domain, `doorward` on plain http.
 */
export function cookieName(baseUrl: string, cookieDomain: string | undefined): string {
  if (!baseUrl.startsWith('https:')) return 'doorward';
  return cookieDomain === undefined ? '__Host-doorward' : '__Secure-doorward';
}

/** The session cookie's attributes. Lax: a cross-site POST (a SAML answer) does not bring it. */
export function cookieAttributes(baseUrl: string, cookieDomain: string | undefined): CookieAttributes {
  return {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: baseUrl.startsWith('https:'),
    ...(cookieDomain === undefined ? {} : { domain: cookieDomain }),
  };
}

export interface CookieReading {
  readonly cookieName: string;
  /** config.secrets: the first signs, all verify. */
  readonly secrets: readonly string[];
}

/**
 * The session id in a raw `Cookie` header, or undefined when there is none that we signed.
 * A `__Host-` cookie comes once. Under the other names a sibling host can add ("toss") cookies; one that we did not sign
 * is passed over. Two different ids that we did sign mean that somebody may have slipped their own session in:
 * that is nobody's session here. (The middleware, which may ask the store, keeps the one that is alive, if it is one.)
 */
export function sessionIdFromCookie(header: string | undefined, reading: CookieReading): string | undefined {
  const ids = sessionIdsFromCookie(header, reading);
  return ids.length === 1 ? ids[0] : undefined;
}

/** Every different session id in a raw `Cookie` header that we signed, in its order. */
export function sessionIdsFromCookie(header: string | undefined, reading: CookieReading): string[] {
  if (header === undefined) return [];
  const ids = new Set<string>();
  for (const value of cookieValues(header, reading.cookieName).slice(0, mostCandidates)) {
    const id = verified(value, reading.secrets);
    if (id !== undefined) ids.add(id);
    if (ids.size === mostIds) break;
  }
  return [...ids];
}

/** The header with all cookies of this name taken out and, when given, one value put back. */
export function withOnlyCookie(header: string, name: string, value: string | undefined): string {
  const others = header.split(';').filter((pair) => splitPair(pair)[0] !== name);
  return (value === undefined ? others : [`${name}=${value}`, ...others]).join(';').trim();
}

/** Raw values of the cookies with this name, in the header's order. */
export function cookieValues(header: string, name: string): string[] {
  // The hot path: a header without our name is not taken apart.
  if (!header.includes(name)) return [];
  return header
    .split(';')
    .map(splitPair)
    .filter(([key]) => key === name)
    .map(([, value]) => value);
}

/** `s:` id `.` base64(HMAC-SHA256(id)) without padding, as a cookie value: what express-session (cookie-signature) writes. */
export function signedCookieValue(id: string, secret: string): string {
  return encodeURIComponent(`s:${id}.${signature(id, secret)}`);
}

function splitPair(pair: string): [name: string, value: string] {
  const equals = pair.indexOf('=');
  if (equals < 0) return ['', ''];
  const value = pair.slice(equals + 1).trim();
  const quoted = value.length > 1 && value.startsWith('"') && value.endsWith('"');
  return [pair.slice(0, equals).trim(), quoted ? value.slice(1, -1) : value];
}

/** The id in a cookie value when one of the secrets signed it. The signatures are compared in constant time. */
function verified(raw: string, secrets: readonly string[]): string | undefined {
  if (raw.length > 512) return undefined;
  const value = decoded(raw);
  const dot = value?.lastIndexOf('.') ?? -1;
  if (value === undefined || !value.startsWith('s:') || dot < 3) return undefined;
  // What a sibling host tosses by the dozen to push ours out of sight costs next to nothing.
  if (value.length - dot - 1 !== signatureLength) return undefined;
  const id = value.slice(2, dot);
  // As text, so that one id has one signature: base64 decoding would pass over stray characters.
  const given = Buffer.from(value.slice(dot + 1));
  let fits = false;
  for (const secret of secrets) {
    const expected = Buffer.from(signature(id, secret));
    if (given.length === expected.length && timingSafeEqual(given, expected)) fits = true;
  }
  return fits ? id : undefined;
}

function signature(id: string, secret: string): string {
  return createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '');
}

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
