import { startPostgres } from '../../test/support/postgres.ts';
import { contest, type Section } from '../kit.ts';

/** Two processes on one Redis and one PostgreSQL against one; what counts is the ratio by CPU time. */
export const processes: Section = {
  name: 'processes',
  async run(kit) {
    const postgres = await startPostgres();
    kit.cleanUp(() => postgres.stop());
    const [store, directory] = [await kit.redis(), await postgres.createDatabase()];
    const first = await kit.gateway({ store, directory, sessions: 1000, people: 100, cookies: 1000 });
    const second = await kit.gateway({ store, directory, sessions: 1000, cookies: 1000, adopt: [] });
    const one = contest('one process, Redis and PostgreSQL', first, first.cookies);
    const beside = { target: contest('', second, second.cookies).target, cpu: () => second.cpu() };
    return kit.play([
      one,
      { ...one, name: 'two processes (see the ratio by CPU)', ceiling: one.name, beside },
    ]);
  },
};
