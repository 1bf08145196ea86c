import type { Request, Response } from 'express';
import type { Random } from './reference.ts';

/**
 * The correlation cookie: which browser began a login. One random value per browser, shared by all its tabs; the logins
 * under way are on our side, bound to its digest.
 *
 * Tabs that start at the very same moment, before any cookie is there, each get a value, and the last one set wins. So
 * that the others can finish too, such a first value is kept under a second, short-lived name as well.
 */
export interface BrowserCookie {
  /** The value of this browser, set on the response where the browser brought none. Always sent again, to live on. */
  ensure(req: Request, res: Response): string;
  /** All values that the browser brought, the shared one first. Empty when it brought none that we could have set. */
  read(req: Request): readonly string[];
}

const wellFormed = /^[A-Za-z0-9_-]{43}$/;
/** More simultaneous first tabs than any browser opens; bounds the work a forged Cookie header can cause. */
const mostValues = 16;
const sharedLifetime = 24 * 60 * 60 * 1000;

/**
 * `https`: `__Host-` (RFC 6265bis, section 4.1.3.2), `SameSite=None; Secure`, because the SAML answer is a cross-site POST.
 * On plain http (loopback only) neither is possible. `timeout`: how long a login may take, milliseconds.
 */
export function createBrowserCookie(options: {
  https: boolean;
  timeout: number;
  random: Random;
}): BrowserCookie {
  const { https, timeout, random } = options;
  const shared = https ? '__Host-doorward-login' : 'doorward-login';
  const attributes = {
    path: '/',
    httpOnly: true,
    secure: https,
    sameSite: https ? ('none' as const) : ('lax' as const),
  };
  const read = (req: Request): readonly string[] => valuesOf(req.headers.cookie, shared);
  return {
    read,
    ensure(req, res) {
      const brought = sharedValue(req.headers.cookie, shared);
      const value = brought ?? Buffer.from(random(32)).toString('base64url');
      res.cookie(shared, value, { ...attributes, maxAge: Math.max(sharedLifetime, timeout) });
      if (brought === undefined) {
        res.cookie(`${shared}-${value.slice(0, 6)}`, value, { ...attributes, maxAge: timeout });
      }
      return value;
    },
  };
}

function valuesOf(header: string | undefined, shared: string): readonly string[] {
  const pairs = pairsOf(header).filter(
    ([name, value]) =>
      (name === shared || name === `${shared}-${value.slice(0, 6)}`) && wellFormed.test(value),
  );
  const first = pairs.filter(([name]) => name === shared);
  const others = pairs.filter(([name]) => name !== shared);
  return [...new Set([...first, ...others].map(([, value]) => value))].slice(0, mostValues);
}

function sharedValue(header: string | undefined, shared: string): string | undefined {
  return pairsOf(header).find(([name, value]) => name === shared && wellFormed.test(value))?.[1];
}

function pairsOf(header: string | undefined): readonly (readonly [name: string, value: string])[] {
  return (header ?? '').split(';').map((pair) => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as const;
  });
}
