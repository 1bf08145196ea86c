import type { Request } from 'express';
import { type ReturnRules, isReturnOrigin } from './return-to.ts';

/**
 * Did a page of another site send this? Browsers send `Origin` with every POST, and `Sec-Fetch-Site` where they know it.
 * Without either no browser of today is behind it, and SameSite=Lax keeps the cookie from a cross-site POST in any case.
 */
export function isForeignForm(req: Request, rules: ReturnRules): boolean {
  const origin = req.headers.origin;
  if (origin !== undefined) return !isReturnOrigin(origin, rules);
  const site = req.headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin';
}
