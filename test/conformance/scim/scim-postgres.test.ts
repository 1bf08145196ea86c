import { startPostgres } from '../../support/postgres.ts';
import { scimConformance } from './conformance.ts';

scimConformance('PostgreSQL', async () => {
  const server = await startPostgres();
  return { directoryUrl: await server.createDatabase(), cleanUp: () => server.stop() };
});
