import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';
import { onStage, type Stage } from '../stage.ts';
import { onServers, type ServerWorld } from '../topologies.ts';

const run = promisify(execFile);

const scenario = (
  id: string,
  title: string,
  seen: string,
  play: (world: ServerWorld, stage: Stage) => Promise<void>,
): Scenario => ({
  id,
  title,
  seen,
  async run(tell) {
    const world = await onServers();
    try {
      return await onStage(world.fleet, { provider: 'op', scimToken: world.scimToken, tell }, (stage) =>
        play(world, stage),
      );
    } finally {
      await world.stop();
    }
  },
});

/** PostgreSQL, and the way of changes from it. */
export const postgresScenarios: readonly Scenario[] = [
  scenario(
    'postgres-killed',
    'PostgreSQL is killed with all its processes (as a power cut), and started again after 3 s',
    '503 while it is away; then as before',
    async ({ postgres }, stage) => {
      await stage.fault(() => postgres.kill());
      await stage.steady(3_000);
      await stage.over(() => postgres.start());
    },
  ),
  scenario(
    'postgres-late',
    'After a power cut a gateway is started 3 s before PostgreSQL',
    '503 from the other gateway until PostgreSQL is there; the one that was started waits for it, and serves',
    async ({ postgres, fleet }, stage) => {
      const [gateway] = fleet.gateways;
      await stage.fault(() => Promise.all([postgres.kill(), gateway?.kill()]));
      const started = gateway?.start();
      await stage.steady(3_000);
      await stage.over(async () => {
        await postgres.start();
        await started;
      });
    },
  ),
  scenario(
    'postgres-paused',
    'PostgreSQL is held for 4 s (SIGSTOP)',
    '503 after at most 1.5 s each; then as before',
    async ({ postgres }, stage) => {
      await stage.fault(() => postgres.pause());
      await stage.steady(4_000);
      await stage.over(() => postgres.resume());
    },
  ),
  scenario(
    'postgres-restarted',
    'PostgreSQL is restarted, as an upgrade does',
    '503 for as long as the restart takes',
    async ({ postgres }, stage) => {
      await stage.fault(() => postgres.shutDown());
      await stage.over(() => postgres.start());
    },
  ),
  scenario(
    'channel-cut',
    'The connections on which changes are told are cut every 150 ms for 3 s, in PostgreSQL and in Redis, and all wires of one gateway are cut three times',
    'nothing: the stores are asked meanwhile; a request on a connection that broke is a 503',
    async ({ postgres, redis, databaseUrl, wires }, stage) => {
      await stage.fault(() => {});
      for (let round = 0; round < 20; round += 1) {
        const text = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'doorward changes'`;
        await postgres.query(databaseUrl, text);
        await run('redis-cli', ['-p', String(redis.port), 'client', 'kill', 'type', 'pubsub']);
        if (round % 7 === 3) for (const wire of wires) wire.cut();
        await sleep(150);
      }
      await stage.over(() => {});
    },
  ),
  scenario(
    'wire-dead',
    'The network between one gateway and both stores is dead for 4 s without a word; the other gateway works',
    '503 from that gateway; changes elsewhere take up to half a second until it is certain that it answers nobody from memory',
    async ({ wires }, stage) => {
      await stage.fault(() => {
        for (const wire of wires) wire.hold();
      });
      await stage.steady(4_000);
      await stage.over(() => {
        for (const wire of wires) wire.release();
      });
    },
  ),
  {
    ...scenario(
      'postgres-upgrade',
      'A later version brings the tables forward (new columns, an index, a table) while two gateways of this one run',
      'nothing',
      async ({ postgres, databaseUrl }, stage) => {
        await stage.fault(async () => {
          const rows = await postgres.query(
            databaseUrl,
            'select tablename as name from pg_tables where schemaname = current_schema()',
          );
          for (const { name } of rows as { name: string }[]) {
            await postgres.query(databaseUrl, `alter table ${name} add column later_text text`);
            await postgres.query(
              databaseUrl,
              `alter table ${name} add column later_flag bigint not null default 0`,
            );
          }
          await postgres.query(databaseUrl, 'create index later on users (created_at)');
          await postgres.query(databaseUrl, 'create table later_table (id text primary key)');
        });
        await stage.steady(2_000);
        await stage.over(() => {});
      },
    ),
    expect: ({ statuses, failedWrites }) =>
      Object.keys(statuses).join() === '202' && failedWrites === 0
        ? []
        : [`somebody noticed: ${JSON.stringify(statuses)}, ${failedWrites} writes failed`],
  },
];
