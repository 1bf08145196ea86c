import type { IncomingHttpHeaders } from 'node:http';

/**
 * Is a person looking at this in a browser, so that a redirect to the login page helps? GET or HEAD that would take
 * HTML, a navigation where the browser says so (Fetch Metadata, `Sec-Fetch-Mode`), no script and no WebSocket.
 */
export function isNavigation(method: string | undefined, headers: IncomingHttpHeaders): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  const mode = headers['sec-fetch-mode'];
  if (mode !== undefined && mode !== 'navigate') return false;
  if (headers['x-requested-with'] !== undefined || headers.upgrade !== undefined) return false;
  return /\btext\/html\b/i.test(headers.accept ?? '');
}
