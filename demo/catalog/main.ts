import { createCatalog } from './server.ts';

/** The sample catalog on its own, for docker-compose.yml: `HOST` and `PORT` from the environment. */
const host = process.env['HOST'] ?? '127.0.0.1';
const port = Number(process.env['PORT'] ?? '4192');
const server = createCatalog();
server.listen(port, host, () => console.log(`sample catalog on http://${host}:${port}`));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}
