/** One run of autocannon, in a process of its own. The argument is a file with the job; prints a Reading as JSON. */
import { readFile } from 'node:fs/promises';
import autocannon from 'autocannon';
import type { Reading, Target } from './load.ts';

const job = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as Target & {
  seconds: number;
  connections: number;
};
const fixed = Object.fromEntries(
  job.headers.map((header) => [header.split(':', 1)[0] ?? '', header.slice(header.indexOf(':') + 1).trim()]),
);
const result = await autocannon({
  url: job.url,
  connections: job.connections,
  duration: job.seconds,
  requests:
    job.cookies.length === 0
      ? [{ headers: fixed }]
      : job.cookies.map((cookie) => ({ headers: { ...fixed, cookie } })),
});
if (result.non2xx + result.errors > 0) throw new Error(`unexpected answers from ${job.url}`);
const reading: Reading = {
  requests: result.requests.total,
  requestsPerSecond: result.requests.average,
  p50: result.latency.p50,
  p99: result.latency.p99,
};
process.stdout.write(JSON.stringify(reading));
