import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import type { User } from '../../../src/identity/index.ts';
import { commandLine } from '../../support/command-line.ts';
import { oktaToken, startDirectoryApis } from '../../support/directory-apis.ts';
import { commit, createPlan } from '../../support/directory.ts';
import { samlKey } from '../../support/saml-keys.ts';
import { persistentFormat, responseXml } from '../../support/saml-document.ts';

const issuer = 'https://acme.okta.example';
const file = `preset: okta
domain: acme.okta.example
clientId: a
clientSecret: b
admit:
  emailDomains: [acme.example]
  requireGroups: [engineers, Everyone]
jit:
  create: true
  linkBy: verifiedEmail
groups:
  claim: groups
  map:
    Data Engineering: engineers
    Old: old
  unmapped: ignore
role:
  default: guest
  map:
    engineers: member
`;
const saml = `preset: saml
label: Other
idp:
  entityId: https://idp.other.example
  ssoUrl: https://idp.other.example/sso
  certificates: [CERTIFICATE]
attributes: { email: mail }
groups: { claim: memberOf, map: { "CN=Eng": engineers } }
`;

let line: ReturnType<typeof commandLine>;
let ann: User;

beforeEach(async () => {
  line = commandLine();
  writeFileSync(join(line.dir, 'providers', 'okta.yaml'), file);
  ann = await line.stores(({ directory }) =>
    commit(
      directory,
      createPlan({
        identity: { issuer, subject: 'ann' },
        memberships: { source: { kind: 'login', provider: 'okta' }, add: ['old', 'engineers'], remove: [] },
      }),
    ),
  );
});
afterEach(() => line.cleanUp());

const claims = (more: object = {}): string => {
  const path = join(line.root, 'claims.json');
  const usual = { iss: issuer, sub: 'ann', email: 'ann@acme.example', email_verified: true };
  writeFileSync(path, JSON.stringify({ ...usual, preferred_username: 'ann@acme.example', ...more }));
  return path;
};
const explain = (...argv: string[]) => line.run('explain', ...argv);
const byClaims = (more: object = {}, ...argv: string[]) =>
  explain('--provider', 'okta', '--claims', claims(more), ...argv);

/** Everything in the directory, but for what moves by itself. */
function everything(): string {
  const db = new Database(join(line.root, 'data', 'directory.db'), { readonly: true });
  try {
    const tables = db
      .prepare(`select name from sqlite_schema where type = 'table' and name not like '%search%'`)
      .all() as { name: string }[];
    return JSON.stringify(
      tables
        .filter(({ name }) => !['processes', 'sqlite_sequence'].includes(name))
        .map(({ name }) => [name, db.prepare(`select * from "${name}"`).all()]),
    );
  } finally {
    db.close();
  }
}

describe('doorward explain', () => {
  it('tells whom claims match, every group with its line, the role and what changes; and changes nothing', async () => {
    const before = everything();
    const { code, out } = await byClaims({ groups: ['Data Engineering', 'x'], name: 'Ann B.' });
    expect(code).toBe(0);
    for (const text of [
      'There is no signature, and nothing was verified',
      'no look-up of groups is set up',
      `user ann@acme.example (${ann.id}), by issuer and subject`,
      '"Data Engineering" → "engineers" (okta.yaml:14)',
      '"x" is ignored',
      'removed from "old", which login:okta had granted: "Old" (okta.yaml:15) was not sent',
      'displayName changes from "Ann" to "Ann B."',
      'one of these groups: "engineers", "Everyone" (okta.yaml:7)',
      'role: member, for "engineers" (okta.yaml:20)',
    ])
      expect(out).toContain(text);
    expect(everything()).toBe(before);
  });

  it.each([
    [{ groups: [] }, 'required_group, in none of the required groups (okta.yaml:7)'],
    [
      { groups: [], email: 'ann@evil.example' },
      'email_domain, the address is of another domain (okta.yaml:6)',
    ],
    [
      { groups: [], email_verified: false },
      'email_unverified, there is no address that the provider vouches for (okta.yaml:6)',
    ],
  ])('says by which rule and line somebody is refused: %j', async (more, expected) => {
    const { code, out } = await byClaims(more);
    expect([code, out]).toEqual([1, expect.stringContaining(`refused: ${expected}`)]);
  });

  it('tells who a first login belongs to: nobody, somebody expected, somebody linked', async () => {
    const groups = ['Data Engineering'];
    const stranger = await byClaims({ sub: 'zoe', email: 'zoe@acme.example', groups });
    expect(stranger.out).toContain('nobody has this issuer and subject');
    expect(stranger.out).toContain('admitted: a new user is created');
    expect(stranger.out).toContain(
      'added to "engineers" by login:okta, for "Data Engineering" (okta.yaml:14)',
    );

    await line.run('users', 'add', '--email', 'zoe@acme.example', '--group', 'stewards');
    const expected = await byClaims({ sub: 'zoe', email: 'zoe@acme.example', groups });
    expect(expected.out).toContain('added by an administrator, not signed in yet');
    expect(expected.out).toContain(`joined to this user: zoe at ${issuer}`);
    expect(expected.out).toContain('groups afterwards: "engineers", "stewards"');

    const samePlace = await byClaims({ sub: 'other', groups });
    expect(samePlace.out).toContain('nobody has this issuer and subject');
    expect(samePlace.out).toContain('has an identity at this provider already: somebody else');
    expect(samePlace.out).toContain('a new user is created');
  });

  it('reads an ID token and a SAML response, and says whether something was signed', async () => {
    const payload = { iss: issuer, sub: 'ann', email: 'ann@acme.example', email_verified: true, groups: [] };
    const token = ['{"alg":"RS256"}', JSON.stringify(payload), 'x']
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.');
    const path = join(line.root, 'token');
    writeFileSync(path, token);
    const oidc = await explain('--provider', 'okta', '--id-token', path, '--json');
    expect(JSON.parse(oidc.out)).toMatchObject({
      signed: true,
      verified: false,
      user: ann.id,
      lookUp: 'none',
      decision: { kind: 'refuse', reason: 'required_group' },
    });
    expect(oidc.out).not.toContain(token);

    writeFileSync(
      join(line.dir, 'providers', 'other.yaml'),
      saml.replace('CERTIFICATE', JSON.stringify(samlKey('idp').certificatePem)),
    );
    const response = join(line.root, 'response.xml');
    const xml = responseXml({
      issueInstant: '2026-01-01T00:00:00Z',
      issuer: 'https://idp.other.example',
      nameId: 'ann-there',
      nameIdFormat: persistentFormat,
      attributes: [
        { name: 'mail', values: ['ann@acme.example'] },
        { name: 'memberOf', values: ['CN=Eng', 'Łódź'] },
      ],
    });
    writeFileSync(response, Buffer.from(xml).toString('base64'));
    const other = await explain('--provider', 'other', '--saml-response', response);
    expect(other.code).toBe(0);
    expect(other.out).toContain('There is no signature');
    expect(other.out).toContain('"CN=Eng" → "engineers" (other.yaml:');
    expect(other.out).toContain('"Łódź" is ignored');
    expect(other.out).toContain('a new user is created');
  });

  it('goes by the last sign-in of somebody, by its trace or by what is kept of its claims; and by a reference', async () => {
    const none = await explain('--provider', 'okta', '--user', 'ann@acme.example');
    expect([none.code, none.err]).toEqual([1, expect.stringContaining('Nothing is kept of a sign-in')]);

    await line.stores(({ directory }) =>
      directory.keepClaims([
        {
          issuer,
          subject: 'ann',
          provider: 'okta',
          at: 1,
          groups: ['Data Engineering'],
          roles: [],
          emailDomain: 'acme.example',
          emailVerified: true,
        },
      ]),
    );
    const kept = await explain('--provider', 'okta', '--user', 'ann@acme.example');
    expect(kept.code).toBe(0);
    expect(kept.out).toContain('By the claims of the last sign-in');
    expect(kept.out).toContain('It was verified when it came');
    expect(kept.out).toContain('removed from "old"');

    const identity = { issuer, subject: 'ann', userName: 'ann@acme.example', emailVerified: true };
    await line.stores(({ directory }) =>
      directory.addTraces([
        {
          reference: 'K7QM2XVD',
          at: 5,
          provider: 'okta',
          outcome: 'refused',
          why: 'required_group',
          userName: 'ann@acme.example',
          trace: { identity: { ...identity, email: 'ann@acme.example', groups: ['Old'] } },
        },
      ]),
    );
    for (const argv of [
      ['--reference', 'k7qm2xvd'],
      ['--provider', 'okta', '--user', 'ann@acme.example'],
    ]) {
      const traced = await explain(...argv);
      expect(traced.code).toBe(1);
      expect(traced.out).toContain('Sign-in K7QM2XVD of 1970-01-01T00:00:00.005Z: refused (required_group)');
      expect(traced.out).toContain('"Old" → "old" (okta.yaml:15)');
    }
    expect((await explain('--reference', 'NOBODYSX')).code).toBe(1);
  });

  it('says whether look-ups were made, and makes them only where one says so', async () => {
    const apis = await startDirectoryApis();
    try {
      apis.state.groups = [{ id: '00g1', name: 'Data Engineering' }];
      const lookup = `  lookup: { kind: okta, url: "${apis.origin}", token: ${oktaToken} }\nallowInsecure: true\nrole:`;
      writeFileSync(
        join(line.dir, 'providers', 'okta.yaml'),
        file.replace('domain: acme.okta.example', `issuer: ${apis.origin}`).replace('role:', lookup),
      );
      const silent = await byClaims();
      expect(silent.out).toContain(`a login would ask okta at ${apis.origin} for groups; that was not made`);
      expect(apis.requests).toHaveLength(0);
      const whole = await byClaims({ groups: ['Data Engineering'] });
      expect(whole.out).toContain('groups came whole');
      const made = await byClaims({}, '--look-up');
      expect(made.out).toContain(`Look-ups: okta at ${apis.origin} was asked for groups.`);
      expect(made.out).toContain('"Data Engineering" → "engineers"');
      expect(made.code).toBe(0);
      apis.state.troubles = Array.from({ length: 9 }, () => ({ status: 403 }));
      const failed = await byClaims({}, '--look-up', '--json');
      expect(JSON.parse(failed.out)).toMatchObject({ lookUp: 'failed' });
      expect(failed.code).toBe(1);
    } finally {
      await apis.close();
    }
  });
});
