/** The library of the built-in proxy, bare: passes everything on and looks at nothing. The argument is the application's URL. */
import { Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProxyServer } from 'httpxy';
import { reportTo } from './child.ts';

const { protocol, hostname, port, pathname } = new URL(process.argv[2] ?? '');
const target = { protocol, hostname, port, pathname };
const agent = new Agent({ keepAlive: true, maxFreeSockets: 256 });
const proxy = createProxyServer();
const server = createServer((req, res) => {
  void proxy.web(req, res, { target, agent });
});
server.listen(0, '127.0.0.1', () => reportTo(process, (server.address() as AddressInfo).port, []));
