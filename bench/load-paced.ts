/**
 * Load at a fixed rate, in a process of its own: requests go out at their moment whether or not the earlier ones were
 * answered, and a latency is counted from that moment, so that a server which stalls cannot hide it. The argument is a job
 * as JSON; prints percentiles in milliseconds as JSON.
 */
import { connect, type Socket } from 'node:net';

export interface PacedJob {
  readonly url: string;
  readonly headers: readonly string[];
  /** Requests a second. */
  readonly rate: number;
  readonly seconds: number;
  readonly connections: number;
}

export interface PacedReading {
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
  readonly requests: number;
}

const job = JSON.parse(process.argv[2] ?? '{}') as PacedJob;
const { host, hostname, port, pathname } = new URL(job.url);
const request = Buffer.from(
  [`GET ${pathname} HTTP/1.1`, `Host: ${host}`, ...job.headers, '', ''].join('\r\n'),
  'latin1',
);
const end = Buffer.from('\r\n\r\n');
const latencies: number[] = [];
const waiting = new Map<Socket, number[]>();

/** Answers are empty, so each ends with its empty line. */
function count(socket: Socket, data: Buffer): void {
  const due = waiting.get(socket) ?? [];
  for (let at = data.indexOf(end); at !== -1; at = data.indexOf(end, at + 4)) {
    const began = due.shift();
    if (began !== undefined) latencies.push(performance.now() - began);
  }
}

const sockets = await Promise.all(
  Array.from({ length: job.connections }, async () => {
    const socket = connect(Number(port), hostname);
    socket.setNoDelay(true);
    await new Promise((resolve) => socket.once('connect', resolve));
    waiting.set(socket, []);
    let left: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      const data = left.length === 0 ? chunk : Buffer.concat([left, chunk]);
      count(socket, data);
      const last = data.lastIndexOf(end);
      left = data.subarray(last === -1 ? 0 : last + 4);
    });
    return socket;
  }),
);

const start = performance.now();
const total = Math.round(job.rate * job.seconds);
let sent = 0;
await new Promise<void>((resolve) => {
  function pace(): void {
    const due = Math.min(total, Math.floor(((performance.now() - start) / 1000) * job.rate));
    for (; sent < due; sent += 1) {
      const socket = sockets[sent % sockets.length];
      if (socket === undefined) continue;
      waiting.get(socket)?.push(start + (sent / job.rate) * 1000);
      socket.write(request);
    }
    if (sent < total) setImmediate(pace);
    else setTimeout(wait, 50);
  }
  /** What is late is counted as late, not left out; ten seconds are the end of it. */
  function wait(): void {
    if (latencies.length >= total || performance.now() - start > (job.seconds + 10) * 1000) resolve();
    else setTimeout(wait, 50);
  }
  pace();
});
for (const socket of sockets) socket.destroy();
if (latencies.length < total * 0.99)
  throw new Error(`${total - latencies.length} of ${total} were not answered`);
const sorted = latencies.toSorted((a, b) => a - b);
const at = (share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const reading: PacedReading = { p50: at(0.5), p99: at(0.99), most: at(1), requests: sorted.length };
process.stdout.write(JSON.stringify(reading));
