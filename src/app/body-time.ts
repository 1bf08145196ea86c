import type { IncomingMessage } from 'node:http';

/** How long the body of a request to ourselves may take to arrive, milliseconds: forms and documents of a megabyte or two. */
export const bodyTime = 30_000;

/**
 * Closes the connection of a request whose body has not arrived in time. The server's own limit is half an hour, for
 * uploads through the built-in proxy; so long nobody may hold a megabyte of ours with a form that never ends.
 */
export function limitBodyTime(req: IncomingMessage, time = bodyTime): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = req.headers;
  if (encoding === undefined && (length === undefined || length === '0')) return;
  const timer = setTimeout(() => {
    if (!req.complete) req.socket.destroy();
  }, time);
  timer.unref();
  req.once('close', () => clearTimeout(timer));
}
