import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '../../src/audit/index.ts';
import { openDirectory } from '../../src/directory/index.ts';
import { testCertificates, type TestCertificates } from '../support/certificates.ts';
import { commit, createPlan } from '../support/directory.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';

describe('the directory on PostgreSQL with TLS', () => {
  let files: TestCertificates;
  let others: TestCertificates;
  let server: PostgresServer;
  let url: string;

  beforeAll(async () => {
    files = await testCertificates('IP:127.0.0.1');
    others = await testCertificates();
    server = await startPostgres(files);
    url = await server.createDatabase();
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
    await Promise.all([files?.remove(), others?.remove()]);
  });

  const open = (address: string) => openDirectory<AuditEvent>(address, { now: () => 1 });
  const verified = (ca: string) => `${url}?sslmode=verify-full&sslrootcert=${ca}`;

  it('encrypts every connection, that of the changes too', async () => {
    const directory = await open(verified(files.ca));
    directory.freshness.onInvalidated(() => {});
    const user = await commit(directory, createPlan());
    while (directory.freshness.check() !== 'trusted') await new Promise((resolve) => setTimeout(resolve, 20));
    await directory.setDisabled(user.id, { at: 1 });
    const rows = await server.query(
      url,
      `select application_name as name, ssl from pg_stat_ssl join pg_stat_activity using (pid)
        where application_name like 'doorward%' order by 1`,
    );
    expect(rows).toContainEqual({ name: 'doorward', ssl: true });
    expect(rows).toContainEqual({ name: 'doorward changes', ssl: true });
    expect(rows).not.toContainEqual(expect.objectContaining({ ssl: false }));
    await directory.close();
  });

  it.each([
    ['that another authority signed', () => verified(others.ca), /unable to verify|self-signed|signature/],
    ['for another name', () => verified(files.ca).replace('127.0.0.1', 'localhost'), /altnames/],
  ])('does not speak to a server with a certificate %s', async (_, address, why) => {
    const problem: unknown = await open(address()).catch((error: unknown) => error);
    expect(problem).toMatchObject({ code: 'store_unavailable' });
    const causes: string[] = [];
    // By shape: an error of Node itself is not of this test's own class Error.
    for (let each = problem as Error | undefined; each; each = each.cause as Error | undefined)
      causes.push(each.message);
    expect(causes.join(' | ')).toMatch(why);
  });

  it('opens no more connections than its address allows', async () => {
    const directory = await open(`${verified(files.ca)}&pool=3`);
    const reads = Array.from({ length: 60 }, () => directory.listUsers({ limit: 100 }));
    await Promise.all(reads);
    const rows = await server.query(
      url,
      `select count(*)::int as connections from pg_stat_activity where application_name = 'doorward'`,
    );
    expect(rows).toEqual([{ connections: 3 }]);
    await directory.close();
  });
});
