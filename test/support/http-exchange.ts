import { createServer, request, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';

/** Starts a server on a free port of loopback. */
export async function listening(
  listener: RequestListener | Server,
): Promise<{ server: Server; port: number }> {
  const server = typeof listener === 'function' ? createServer(listener) : listener;
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

/** Stops a server and every connection to it. */
export async function stopped(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** One request with exactly these headers (name then value, alternating, or an object), and the whole answer. */
export function exchange(
  port: number,
  path: string,
  options: {
    method?: string;
    headers?: readonly string[] | Readonly<Record<string, string>>;
    body?: string | Buffer;
  } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const given = Array.isArray(headers) ? [...headers] : Object.entries(headers).flat();
    if (!given.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'host')) {
      given.push('Host', `127.0.0.1:${port}`);
    }
    const req = request({ host: '127.0.0.1', port, path, method, headers: given, agent: false }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () =>
        resolve({
          status: res.statusCode ?? 0,
          headers: res.headers,
          rawHeaders: res.rawHeaders,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    req.on('error', reject);
    req.end(body);
  });
}

/** Writes bytes to a server as they are and returns everything it sends until it closes (or `quiet` ms pass in silence). */
export function rawExchange(
  port: number,
  bytes: string,
  quiet = 300,
): Promise<{ text: string; closed: boolean }> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    let timer = setTimeout(finish, quiet + 1000, false);
    function finish(closed: boolean): void {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, closed });
    }
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      clearTimeout(timer);
      timer = setTimeout(finish, quiet, false);
    });
    socket.on('end', () => finish(true));
    socket.on('error', () => finish(true));
    socket.write(bytes, 'latin1');
  });
}
