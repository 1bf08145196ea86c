import { startPostgres } from '../support/postgres.ts';
import { directoryConformance } from './directory.ts';

directoryConformance('PostgreSQL', async () => {
  const server = await startPostgres();
  return {
    createDatabase: () => server.createDatabase(),
    run: (url, sql) => server.query(url, sql),
    async breakAudit(url) {
      await server.query(
        url,
        `create function broken() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$`,
      );
      await server.query(
        url,
        `create trigger broken before insert on audit for each row when (new.type = 'session.ended')
          execute function broken()`,
      );
    },
    cleanUp: () => server.stop(),
  };
});
