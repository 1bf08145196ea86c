import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import type { User } from '../../../src/identity/index.ts';
import { commandLine } from '../../support/command-line.ts';
import { commit, createPlan, loginGroups } from '../../support/directory.ts';

let line: ReturnType<typeof commandLine>;
let ann: User;

beforeEach(async () => {
  line = commandLine();
  ann = await line.stores(({ directory }) =>
    commit(directory, createPlan({ memberships: loginGroups(['engineers']) })),
  );
});
afterEach(() => line.cleanUp());

describe('doorward users export and erase', () => {
  it('prints all that is kept, and leaves nothing of it behind', async () => {
    await line.run('users', 'disable', 'ann@acme.example', '--why', 'Ann asked for it');
    const exported = await line.run('users', 'export', 'ann@acme.example');
    expect(JSON.parse(exported.out)).toMatchObject({
      profile: { id: ann.id, displayName: 'Ann' },
      groups: [{ name: 'engineers', source: 'login:okta' }],
      history: [{ type: 'user.disabled', why: 'Ann asked for it' }],
    });

    const asked = await line.run('users', 'erase', 'ann@acme.example');
    expect([asked.code, asked.err]).toEqual([1, expect.stringContaining('To do it, add --yes')]);
    const erased = await line.run('users', 'erase', 'ann@acme.example', '--yes');
    expect(erased.code).toBe(0);
    expect((await line.run('users', 'show', 'ann@acme.example')).code).toBe(1);
    const trail = (await line.run('audit', '--user', ann.id)).out;
    expect(trail).toContain('"type":"user.erased"');
    expect(trail).not.toMatch(/ann@|asked/i);
    expect((await line.run('audit', 'verify')).out).toContain('what was personal has been erased');

    // Not in the file either, where deleted rows usually stay until something is written over them.
    const path = join(line.root, 'data', 'directory.db');
    const database = new Sqlite(path);
    database.pragma('wal_checkpoint(truncate)');
    database.close();
    expect(readFileSync(path).includes('ann@acme.example')).toBe(false);
  });
});

describe('doorward audit verify', () => {
  it('holds while nobody touches the trail, and says where somebody did', async () => {
    await line.run('users', 'disable', 'ann@acme.example');
    await line.run('users', 'enable', 'ann@acme.example');
    const good = JSON.parse((await line.run('audit', 'verify', '--json')).out) as { head: string };
    expect(good).toMatchObject({ records: 2, erased: 0, anchored: 0 });
    expect(good).not.toHaveProperty('broken');
    await line.run('users', 'disable', 'ann@acme.example');
    expect((await line.run('audit', 'verify', '--head', good.head)).code).toBe(0);
    expect(await line.run('audit', 'verify', '--head', 'another')).toMatchObject({
      code: 1,
      err: expect.stringContaining('the record whose digest you gave is not there'),
    });
    const database = new Sqlite(join(line.root, 'data', 'directory.db'));
    database.exec(`update audit set event = replace(event, 'command', 'system') where seq = 2`);
    database.close();
    expect(await line.run('audit', 'verify')).toMatchObject({
      code: 1,
      err: expect.stringContaining('BROKEN at record 2'),
    });
  });

  it('exports all of it, and later what has come since', async () => {
    await line.run('users', 'disable', 'ann@acme.example');
    const file = join(line.root, 'audit.jsonl');
    expect((await line.run('audit', 'export', '--out', 'audit.jsonl')).out).toBe(
      '1 records, up to number 1.\n',
    );
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ seq: 1, type: 'user.disabled' });
    await line.run('users', 'enable', 'ann@acme.example');
    const more = await line.run('audit', 'export', '--after', '1');
    expect(
      more.out
        .trim()
        .split('\n')
        .map((each) => JSON.parse(each).seq),
    ).toEqual([2]);
  });
});

describe('the last administrator', () => {
  it('is kept by every command unless one says --yes', async () => {
    await line.run('groups', 'add', 'ann@acme.example', 'stewards');
    for (const argv of [
      ['users', 'disable', 'ann@acme.example'],
      ['groups', 'remove', 'ann@acme.example', 'stewards'],
    ]) {
      const kept = await line.run(...argv);
      expect([kept.code, kept.err]).toEqual([1, expect.stringContaining('This is the last administrator')]);
    }
    expect((await line.run('users', 'disable', 'ann@acme.example', '--yes')).code).toBe(0);
  });
});

describe('doorward admin recover', () => {
  it('prints a link, and the audit trail knows who asked for it', async () => {
    const { code, out } = await line.run('admin', 'recover');
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^http:\/\/localhost:4180\/admin\/recover\?token=[\w-]{43}\n$/),
    ]);
    expect((await line.run('audit', '--type', 'admin.recovery_link')).out).toContain('"kind":"command"');
    expect((await line.run('audit')).out).not.toContain(/token=([\w-]+)/.exec(out)?.[1]);
  });
});

describe('doorward logins', () => {
  it('shows a sign-in by the number that the person reads out', async () => {
    await line.stores(({ directory }) =>
      directory.addTraces([
        {
          reference: 'K7QM2XVD4A',
          at: Date.parse('2026-03-01T12:00:00Z'),
          provider: 'okta',
          outcome: 'refused',
          why: 'required_group',
          userName: 'bob@acme.example\u001b[31m',
          trace: {
            provider: 'okta',
            claims: { sub: 'bob' },
            mapping: [{ from: 'A', to: 'b', line: 7 }, { from: 'C' }],
          },
        },
      ]),
    );
    const shown = await line.run('logins', 'show', 'k7qm-2xvd 4a');
    expect(shown.out).toContain('required_group');
    expect(shown.out).toContain('A → b, line 7');
    expect(shown.out).toContain('C → (ignored)');
    expect(shown.out).not.toContain('\u001b');
    expect((await line.run('logins', 'list', '--outcome', 'refused')).out).toContain('K7QM2XVD4A');
    expect((await line.run('logins', 'list', '--outcome', 'refsed')).code).toBe(2);
    expect((await line.run('logins', 'show', 'nothing')).code).toBe(1);
  });
});
