import type { Server, ServerResponse } from 'node:http';
import { Server as TlsServer } from 'node:https';
import { Server as NetServer, type AddressInfo } from 'node:net';
import type { ListenAddress } from '../config/index.ts';

/** How long requests under way may take once the gateway is told to stop, milliseconds. */
const drainTime = 5_000;
/** How long a connection without a request is kept then: a proxy may be sending the next one just now. */
const lingerTime = 1_000;

/** Resolves when the server accepts connections; rejects with the error of `listen` (EADDRINUSE, EACCES). */
export function listen(server: Server, { host, port, socket }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket === undefined ? { host, port } : { path: socket }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/**
 * Stops accepting, lets requests under way finish, and cuts off those that take longer than {@link drainTime}. A proxy that
 * keeps connections is told with each answer that this was the last on its connection; connections on which nothing
 * comes are closed after {@link lingerTime}, not at once, so that no request is sent into one that is closing.
 *
 * @param onLate ends what the server itself cannot: sockets that were handed over, such as WebSockets
 */
export function drain(server: Server, onLate?: () => void): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    const cut = setTimeout(() => {
      server.closeAllConnections();
      onLate?.();
    }, drainTime);
    server.prependListener('request', (_req, res: ServerResponse) => {
      res.shouldKeepAlive = false;
    });
    const linger = setTimeout(() => server.closeIdleConnections(), lingerTime);
    // As net.Server does it: http.Server would close idle connections at once.
    NetServer.prototype.close.call(server, () => {
      clearTimeout(cut);
      clearTimeout(linger);
      resolve();
    });
  });
}

/** Where a listening server is reached: `http://127.0.0.1:4180` (https where it speaks TLS), or the path of its socket. */
export function addressOf(server: Server): string {
  const address = server.address() as AddressInfo | string | null;
  if (address === null || typeof address === 'string') return address ?? 'nowhere';
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${server instanceof TlsServer ? 'https' : 'http'}://${host}:${address.port}`;
}
