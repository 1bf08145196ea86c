import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { User } from '../../../src/identity/index.ts';
import { tokenDigest } from '../../../src/tokens/index.ts';
import { commandLine } from '../../support/command-line.ts';
import { commit, createPlan, loginGroups } from '../../support/directory.ts';

const policy = `
tokens: { personal: true, maxAge: 30d }
policy:
  - { paths: ["= /", /assets], allow: public }
  - { hosts: ["*.acme.example"], paths: /stewards, allow: { groups: [stewards], roles: [admin] } }
  - { paths: /billing, allow: signed-in, recent: 15m }
  - { paths: /vault, allow: { providers: [okta] }, acr: [urn:mfa] }
`;

let line: ReturnType<typeof commandLine>;
let ann: User;

beforeEach(async () => {
  line = commandLine(policy);
  ann = await line.stores(({ directory }) =>
    commit(directory, createPlan({ memberships: loginGroups(['engineers']) })),
  );
});
afterEach(() => line.cleanUp());

describe('doorward explain --request', () => {
  const explain = async (request: string, ...more: string[]) => {
    const { code, out, err } = await line.run('explain', '--request', request, '--json', ...more);
    return { code, err, said: (out === '' ? {} : JSON.parse(out)) as Record<string, string> };
  };
  const asAnn = ['--user', 'ann@acme.example'] as const;

  it.each([
    ['GET https://x.acme.example/', [], 'admitted as anybody is', 6],
    ['https://x.acme.example/stewards/1', [], 'sent to the login', 7],
    ['GET https://x.acme.example/stewards/1', asAnn, 'refused', 7],
    ['GET https://x.acme.example/STEWARDS', asAnn, 'refused', undefined],
    ['GET https://x/billing', asAnn, 'admitted', 8],
    ['GET https://x/billing', [...asAnn, '--age', '20m'], 'has to sign in anew', 8],
    ['GET https://x/vault', asAnn, 'has to sign in anew', 9],
    ['GET https://x/vault', [...asAnn, '--acr', 'urn:mfa'], 'admitted', 9],
    ['GET https://x/other', asAnn, 'refused', undefined],
    ['GET https://x/a/..;/b', asAnn, 'refused', undefined],
  ])('tells of %s %j that it is %s, by the rule in line %s', async (request, more, decision, rule) => {
    const { code, said } = await explain(request, ...more);
    expect(said['decision']).toBe(decision);
    expect(said['where']).toBe(rule === undefined ? undefined : `${join(line.dir, 'gateway.yaml')}:${rule}`);
    expect(code).toBe(decision.startsWith('admitted') ? 0 : 1);
    expect(said['because']).toEqual(expect.any(String));
  });

  it('goes by the groups and the role of now, and by the switch', async () => {
    const request = 'GET https://x.acme.example/stewards';
    await line.run('groups', 'add', 'ann@acme.example', 'stewards');
    expect((await explain(request, ...asAnn)).said).toMatchObject({
      decision: 'admitted',
      person: expect.stringContaining('role admin'),
    });
    // She is the only administrator.
    await line.run('users', 'disable', 'ann@acme.example', '--yes');
    expect((await explain(request, ...asAnn)).said).toMatchObject({
      decision: 'refused',
      because: expect.stringContaining('disabled_locally'),
    });
    expect((await explain('GET https://x/assets/a', ...asAnn)).said['decision']).toBe(
      'admitted as anybody is',
    );
  });

  it.each([['catalog.example/x'], ['GET /x'], ['']])('cannot read %j', async (request) => {
    expect((await explain(request)).code).toBe(2);
  });

  it('knows no stranger', async () => {
    expect((await explain('GET https://x/', '--user', 'stranger')).code).toBe(1);
  });
});

describe('doorward tokens', () => {
  it('makes one that is printed this once, lists it, and revokes it', async () => {
    const made = await line.run('tokens', 'create', 'ann@acme.example', '--name', 'nightly export');
    const text = made.out.trim();
    expect(made.code).toBe(0);
    expect(tokenDigest(text)).toBeDefined();
    expect(readFileSync(join(line.root, 'data', 'directory.db')).includes(text.slice(3))).toBe(false);
    const [row] = JSON.parse((await line.run('tokens', 'list', '--json')).out) as Record<string, string>[];
    expect(row).toMatchObject({ userName: 'ann@acme.example', name: 'nightly export', provider: 'okta' });
    expect((await line.run('tokens', 'list')).out).not.toContain(text);
    expect((await line.run('tokens', 'revoke', 'ann@acme.example', row?.['id'] ?? '')).code).toBe(0);
    expect((await line.run('tokens', 'revoke', 'ann@acme.example', row?.['id'] ?? '')).code).toBe(1);
    expect((await line.run('tokens', 'list')).out).not.toContain('nightly');
    const trail = (await line.run('audit', '--user', ann.id)).out;
    expect(trail).toMatch(/token\.created[^]*token\.revoked/);
    expect(trail).not.toContain(text.slice(3));
  });

  it.each([
    [['--name', ''], '1 to 100 characters'],
    [[], '--name TEXT'],
    [['--name', 'x', '--expires', '31d'], 'tokens.maxAge'],
    [['--name', 'x', '--expires', 'soon'], 'duration'],
    [['--name', 'x', '--provider', 'elsewhere'], '--provider ID'],
  ])('refuses %j', async (flags, said) => {
    const { code, out, err } = await line.run('tokens', 'create', 'ann@acme.example', ...flags);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(said);
  });
});

describe('doorward keys', () => {
  it('rotates in steps, and shows no private part', async () => {
    const states = async () => {
      const { out } = await line.run('keys', 'list', '--json');
      expect(out).not.toMatch(/PRIVATE|sealed|"d"/);
      const rows = JSON.parse(out) as { use: string; state: string }[];
      return rows.map(({ use, state }) => `${use} ${state}`);
    };
    expect(await states()).toEqual([]);
    expect((await line.run('keys', 'rotate', 'assertion')).code).toBe(0);
    expect(await states()).toEqual(['assertion current', 'assertion next']);
    expect((await line.run('keys', 'rotate', 'assertion')).code).toBe(1);
    expect((await line.run('keys', 'rotate', 'assertion', '--now')).out).toContain('hastened');
    expect((await line.run('keys', 'rotate', 'everything')).code).toBe(2);
    expect((await line.run('audit', '--type', 'key.hastened')).out).toContain('"use":"assertion"');
  });
});
