import type { Server } from 'node:http';
import { Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ListenAddress } from '../config/index.ts';

/** How long requests under way may take once the gateway is told to stop, milliseconds. */
const drainTime = 5_000;

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
 * Stops accepting, lets requests under way finish, and cuts off those that take longer than {@link drainTime}.
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
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** Where a listening server is reached: `http://127.0.0.1:4180` (https where it speaks TLS), or the path of its socket. */
export function addressOf(server: Server): string {
  const address = server.address() as AddressInfo | string | null;
  if (address === null || typeof address === 'string') return address ?? 'nowhere';
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${server instanceof TlsServer ? 'https' : 'http'}://${host}:${address.port}`;
}
