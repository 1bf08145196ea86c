/**
 * The ceiling: what node:http can do at all. Answers every request with the headers given as JSON in the first argument,
 * and looks at nothing.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { reportTo } from './child.ts';

const headers = JSON.parse(process.argv[2] ?? '[]') as string[];
const server = createServer((_req, res) => {
  res.writeHead(202, headers);
  res.end();
});
server.listen(0, '127.0.0.1', () => reportTo(process, (server.address() as AddressInfo).port, []));
