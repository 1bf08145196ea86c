import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '../../src/audit/index.ts';
import { migrate, openDirectory } from '../../src/directory/index.ts';
import { migrations } from '../../src/directory/migrations/index.ts';
import { startDirectoryProcess } from '../support/directory-process.ts';
import { commit, createPlan, type DirectoryUnderTest } from '../support/directory.ts';
import { directoryAudit } from './directory-audit.ts';
import { directoryChain } from './directory-chain.ts';
import { directoryConsole } from './directory-console.ts';
import { directoryFreshness } from './directory-freshness.ts';
import { directoryGroups } from './directory-groups.ts';
import { directoryKeysAndTokens } from './directory-keys-tokens.ts';
import { directoryLinks } from './directory-links.ts';
import { directoryLogins } from './directory-logins.ts';
import { directoryRules } from './directory-rules.ts';
import { directoryUsers } from './directory-users.ts';
import type { DirectoryWorld } from './directory-world.ts';

const steps = migrations.map(({ name }) => name);

/**
 * What the directory must do on every database; also while a later version runs beside it, whose migrations have come
 * under the open connections and have added all that they may add.
 */
export function directoryConformance(name: string, setUp: () => Promise<DirectoryUnderTest>): void {
  suite(`directory: ${name}`, setUp, async () => {});
  suite(`directory beside a later version: ${name}`, setUp, grow);
}

/** A column that may be empty and one with a default in every table, an index, and a table. */
async function grow({ under, url, directory, second }: DirectoryWorld): Promise<void> {
  // Statements are prepared on the tables as they were.
  for (const open of [directory, second]) await commit(open, createPlan());
  const isSqlite = url.startsWith('sqlite:');
  const rows = await under.run(
    url,
    isSqlite
      ? `select name from sqlite_master where type = 'table' and name not like 'sqlite%' and name not like 'people_search%'`
      : `select tablename as name from pg_tables where schemaname = current_schema()`,
  );
  for (const { name } of rows as { name: string }[]) {
    await under.run(url, `alter table ${name} add column later_text text`);
    await under.run(url, `alter table ${name} add column later_number integer not null default 7`);
  }
  await under.run(url, 'create index later on users (created_at)');
  await under.run(url, 'create table later_table (id text primary key)');
  await under.run(url, `insert into migrations (name, applied_at) values ('9998-later', 1)`);
}

function suite(
  name: string,
  setUp: () => Promise<DirectoryUnderTest>,
  ready: (world: DirectoryWorld) => Promise<void>,
): void {
  describe(name, () => {
    const world = {} as DirectoryWorld;

    beforeAll(async () => {
      world.under = await setUp();
      world.url = await world.under.createDatabase();
      world.directory = await openDirectory<AuditEvent>(world.url, { now: () => 7_000 });
      world.second = await openDirectory<AuditEvent>(world.url, { now: () => 8_000 });
      world.other = await startDirectoryProcess();
      await ready(world);
    });
    afterAll(async () => {
      await world.other?.stop();
      await world.second?.close();
      await world.directory?.close();
      await world.under?.cleanUp();
    });

    directoryUsers(world);
    directoryLogins(world);
    directoryGroups(world);
    directoryAudit(world);
    directoryFreshness(world);
    directoryConsole(world);
    directoryChain(world);
    directoryKeysAndTokens(world);
    directoryLinks(world);
    directoryRules(world);

    describe('migrations', () => {
      it('apply each step once when several processes start together', async () => {
        const url = await world.under.createDatabase();
        const [elsewhere, ...here] = await Promise.all([
          world.other.ask({ do: 'migrate', url }),
          migrate(url).then(({ applied }) => applied),
          migrate(url).then(({ applied }) => applied),
        ]);
        const all = [...(elsewhere as string[]), ...here.flat()];
        expect(all.toSorted()).toEqual(steps);
      });

      it('have nothing to do the second time, and say where the tables are', async () => {
        expect(await migrate(world.url)).toEqual({ applied: [], version: steps.at(-1) });
      });

      it('refuse a database from which a newer version has taken something away, and leave it as it is', async () => {
        const url = await world.under.createDatabase();
        await migrate(url);
        const insert = `insert into migrations (name, applied_at) values ('9999-contract-tomorrow', 1)`;
        await world.under.run(url, insert);
        const before = await world.under.run(url, 'select name from migrations');
        const problem = await openDirectory(url, { now: () => 1 }).catch((error: unknown) => error);
        expect(problem).toMatchObject({ code: 'internal', detail: 'directory.newer' });
        expect(String((problem as Error).cause)).toContain('9999-contract-tomorrow');
        expect(await world.under.run(url, 'select name from migrations')).toEqual(before);
      });

      it('open a database to which a newer version has only added', async () => {
        const url = await world.under.createDatabase();
        await migrate(url);
        await world.under.run(url, `insert into migrations (name, applied_at) values ('9999-tomorrow', 1)`);
        const directory = await openDirectory(url, { now: () => 1 });
        await directory.ping();
        await directory.close();
        expect(await world.under.run(url, 'select name from migrations')).toContainEqual({
          name: '9999-tomorrow',
        });
      });
    });

    describe('closing', () => {
      it('makes every later call fail as unavailable, and may be done twice', async () => {
        const url = await world.under.createDatabase();
        const directory = await openDirectory(url, { now: () => 1 });
        await directory.ping();
        await directory.close();
        await directory.close();
        await expect(directory.ping()).rejects.toMatchObject({ code: 'store_unavailable' });
        await expect(directory.findUser('x')).rejects.toMatchObject({ code: 'store_unavailable' });
      });

      it('works for a directory that was never asked anything', async () => {
        const directory = await openDirectory(world.url, { now: () => 1 });
        await directory.close();
        await expect(directory.ping()).rejects.toMatchObject({ code: 'store_unavailable' });
      });
    });
  });
}
