import { createSocket } from 'node:dgram';
import { createWriteStream, mkdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import type { Log } from '../identity/index.ts';

/** Where records go besides the store, once they are stored: a file, a syslog server. Never waits, never fails anybody. */
export interface Outlets {
  /** `line` is one record as JSON, without a line end. */
  send(line: string, at: number): void;
  /** Hands over what is still waiting. */
  close(): Promise<void>;
}

export interface OutletOptions {
  /** Appended to, line by line; made when it is not there, readable by its owner only. */
  readonly file: string | undefined;
  readonly syslog:
    | { readonly protocol: 'udp' | 'tcp'; readonly host: string; readonly port: number }
    | undefined;
}

/** How many lines may wait for a syslog server that does not answer; more are lost, and that is logged. */
const mostWaiting = 10_000;
const retryAfter = 5_000;

export function createOutlets(options: OutletOptions, log: Log): Outlets {
  const all: Outlets[] = [];
  if (options.file !== undefined) all.push(fileOutlet(options.file, log));
  if (options.syslog !== undefined) {
    all.push(
      options.syslog.protocol === 'udp' ? udpOutlet(options.syslog, log) : tcpOutlet(options.syslog, log),
    );
  }
  return {
    send(line, at) {
      for (const outlet of all) outlet.send(line, at);
    },
    async close() {
      await Promise.all(all.map((outlet) => outlet.close()));
    },
  };
}

/** A record as a syslog message: facility 13 (log audit), severity 6 (RFC 5424, section 6). */
export function syslogMessage(line: string, at: number, host = hostname(), pid = process.pid): string {
  const name = /^[\x21-\x7e]{1,255}$/.test(host) ? host : '-';
  return `<110>1 ${new Date(at).toISOString()} ${name} doorward ${pid} audit - \u{FEFF}${line}`;
}

function fileOutlet(path: string, log: Log): Outlets {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
  stream.on('error', (error) => log.error({ err: error, path }, 'the audit file cannot be written'));
  return {
    send: (line) => void stream.write(`${line}\n`),
    close: () => new Promise((resolve) => (stream.destroyed ? resolve() : stream.end(() => resolve()))),
  };
}

function udpOutlet({ host, port }: { host: string; port: number }, log: Log): Outlets {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.unref();
  let sending = 0;
  let closed: (() => void) | undefined;
  const fails = onceInAWhile((error: unknown) =>
    log.warn({ err: error, host, port }, 'a record could not be sent to the syslog server'),
  );
  socket.on('error', fails);
  return {
    send(line, at) {
      sending += 1;
      socket.send(syslogMessage(line, at), port, host, (error) => {
        sending -= 1;
        if (error) fails(error);
        if (sending === 0) closed?.();
      });
    },
    async close() {
      if (sending > 0) await new Promise<void>((resolve) => (closed = resolve));
      socket.close();
    },
  };
}

/** Octet-counted frames over one connection (RFC 6587, section 3.4.1), made anew when it breaks. */
function tcpOutlet({ host, port }: { host: string; port: number }, log: Log): Outlets {
  let waiting: string[] = [];
  let socket: Socket | undefined;
  let timer: NodeJS.Timeout | undefined;
  let lost = 0;
  const fails = onceInAWhile((error: unknown) =>
    log.warn({ err: error, host, port, waiting: waiting.length, lost }, 'the syslog server does not answer'),
  );

  function flush(): void {
    if (socket === undefined || socket.connecting || socket.destroyed) return;
    for (const frame of waiting) socket.write(frame);
    waiting = [];
  }
  function open(): void {
    timer = undefined;
    socket = connect({ host, port });
    socket.unref();
    socket.on('connect', flush);
    socket.on('error', fails);
    socket.on('close', () => {
      socket = undefined;
      timer ??= setTimeout(open, retryAfter).unref();
    });
  }
  open();
  return {
    send(line, at) {
      const message = syslogMessage(line, at);
      if (waiting.length >= mostWaiting) lost += 1;
      else waiting.push(`${Buffer.byteLength(message)} ${message}`);
      flush();
    },
    async close() {
      clearTimeout(timer);
      const open = socket;
      socket?.removeAllListeners('close');
      if (open === undefined || open.connecting) return void open?.destroy();
      await new Promise<void>((resolve) => open.end(() => resolve()));
    },
  };
}

/** Says the same at most once a minute. */
function onceInAWhile(say: (error: unknown) => void): (error: unknown) => void {
  let last = -Infinity;
  return (error) => {
    const at = performance.now();
    if (at - last < 60_000) return;
    last = at;
    say(error);
  };
}
