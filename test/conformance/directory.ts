import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '../../src/audit/index.ts';
import { migrate, openDirectory } from '../../src/directory/index.ts';
import { migrations } from '../../src/directory/migrations/index.ts';
import { startDirectoryProcess } from '../support/directory-process.ts';
import type { DirectoryUnderTest } from '../support/directory.ts';
import { directoryAudit } from './directory-audit.ts';
import { directoryChain } from './directory-chain.ts';
import { directoryConsole } from './directory-console.ts';
import { directoryFreshness } from './directory-freshness.ts';
import { directoryGroups } from './directory-groups.ts';
import { directoryKeysAndTokens } from './directory-keys-tokens.ts';
import { directoryLinks } from './directory-links.ts';
import { directoryLogins } from './directory-logins.ts';
import { directoryUsers } from './directory-users.ts';
import type { DirectoryWorld } from './directory-world.ts';

const steps = migrations.map(({ name }) => name);

/** What the directory must do on every database. */
export function directoryConformance(name: string, setUp: () => Promise<DirectoryUnderTest>): void {
  describe(`directory: ${name}`, () => {
    const world = {} as DirectoryWorld;

    beforeAll(async () => {
      world.under = await setUp();
      world.url = await world.under.createDatabase();
      world.directory = await openDirectory<AuditEvent>(world.url, { now: () => 7_000 });
      world.second = await openDirectory<AuditEvent>(world.url, { now: () => 8_000 });
      world.other = await startDirectoryProcess();
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

      it('refuse a database that a newer version has written, and leave it as it is', async () => {
        const url = await world.under.createDatabase();
        await migrate(url);
        await world.under.run(url, `insert into migrations (name, applied_at) values ('9999-tomorrow', 1)`);
        const problem = await openDirectory(url, { now: () => 1 }).catch((error: unknown) => error);
        expect(problem).toMatchObject({ code: 'internal', detail: 'directory.newer' });
        expect(String((problem as Error).cause)).toContain('9999-tomorrow');
        expect(await world.under.run(url, 'select name from migrations')).toHaveLength(steps.length + 1);
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
