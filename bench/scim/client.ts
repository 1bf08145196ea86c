import { connect, type Socket } from 'node:net';

export interface Sent {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly body?: string;
}

export interface Answered {
  readonly status: number;
  readonly body: string;
}

/**
 * A connection that sends one request after the other and waits for each answer. Written for this: an HTTP client library
 * would take more time than the server that is measured.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #head: string;
  #received: Buffer = Buffer.alloc(0);
  #waiting: { resolve: (answered: Answered) => void; reject: (error: unknown) => void } | undefined;

  constructor(url: URL, headers: Readonly<Record<string, string>>) {
    this.#socket = connect(Number(url.port || 80), url.hostname);
    this.#socket.setNoDelay(true);
    this.#head = Object.entries({ host: url.host, ...headers })
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
    this.#socket.on('data', (data: Buffer) => {
      this.#received = this.#received.length === 0 ? data : Buffer.concat([this.#received, data]);
      this.#look();
    });
    this.#socket.on('error', (error) => this.#waiting?.reject(error));
    this.#socket.on('close', () => this.#waiting?.reject(new Error('the server closed the connection')));
  }

  send({ method, path, body }: Sent): Promise<Answered> {
    const length =
      body === undefined
        ? ''
        : `content-type: application/scim+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
    this.#socket.write(`${method} ${path} HTTP/1.1\r\n${this.#head}${length}\r\n${body ?? ''}`);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #look(): void {
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#received.toString('latin1', 0, end).toLowerCase();
    const status = Number(head.slice(9, 12));
    const length = Number(/\r\ncontent-length: (\d+)/.exec(head)?.[1] ?? 0);
    if (this.#received.length < end + 4 + length) return;
    const body = this.#received.toString('utf8', end + 4, end + 4 + length);
    this.#received = this.#received.subarray(end + 4 + length);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ status, body });
  }
}

export interface Measured {
  readonly perSecond: number;
  readonly done: number;
}

/** Requests a second on so many connections during so many milliseconds; any other answer than success, or being asked to wait, is an error. */
export async function measure(
  url: URL,
  headers: Readonly<Record<string, string>>,
  next: () => Sent,
  options: { readonly connections: number; readonly duration: number },
): Promise<Measured> {
  const connections = Array.from({ length: options.connections }, () => new Connection(url, headers));
  const start = performance.now();
  let done = 0;
  try {
    await Promise.all(
      connections.map(async (connection) => {
        while (performance.now() - start < options.duration) {
          const sent = next();
          const { status, body } = await connection.send(sent);
          // A server that asks to wait has not done it.
          if (status === 503 || status === 429) continue;
          if (status >= 300)
            throw new Error(`${sent.method} ${sent.path} answered ${status}: ${body.slice(0, 300)}`);
          done += 1;
        }
      }),
    );
    return { perSecond: (done * 1_000) / (performance.now() - start), done };
  } finally {
    for (const connection of connections) connection.close();
  }
}
