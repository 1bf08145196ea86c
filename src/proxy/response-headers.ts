import type { IncomingMessage } from 'node:http';
import { isOurCookie } from './request-headers.ts';

const hopByHop = [
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'upgrade',
];

/**
 * Takes out of an application's answer what is meant for one hop, and cookies that only the gateway may set. The
 * connection to the client stays open or not as the client asked.
 */
export function tidyResponse(answer: IncomingMessage, keepAlive: boolean): void {
  const { headers } = answer;
  for (const name of headers.connection?.split(',') ?? []) {
    const listed = name.trim().toLowerCase();
    if (listed !== 'transfer-encoding' && listed !== 'content-length') delete headers[listed];
  }
  for (const name of hopByHop) delete headers[name];
  if (keepAlive) delete headers.connection;
  else headers.connection = 'close';
  withoutOurCookies(answer);
}

/** Takes out of an application's answer the cookies that only the gateway may set. */
export function withoutOurCookies({ headers }: IncomingMessage): void {
  const cookies = headers['set-cookie'];
  if (cookies === undefined) return;
  const theirs = cookies.filter((cookie) => !isOurCookie(cookie.split('=', 1)[0]?.trim() ?? ''));
  if (theirs.length === 0) delete headers['set-cookie'];
  else headers['set-cookie'] = theirs;
}
