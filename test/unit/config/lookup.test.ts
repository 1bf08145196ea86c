import { afterAll, describe, expect, it } from '@jest/globals';
import { configOf, load, placed, removeConfigs, smallGateway } from '../../support/config-files.ts';
import { serviceAccountJson } from '../../support/provider-guides.ts';

afterAll(removeConfigs);

const tenant = '11111111-2222-3333-4444-555555555555';
const entra = `preset: microsoft\ntenant: ${tenant}\nclientId: c\nclientSecret: s\n`;
const env = { KEY: serviceAccountJson() };
const groupsOf = async (file: string) => {
  const { providers } = await configOf({ 'gateway.yaml': smallGateway, 'providers/p.yaml': file }, env);
  return providers[0]?.groups;
};
const problemsOf = async (file: string, more: Readonly<Record<string, string>> = {}) =>
  placed(
    (await load({ 'gateway.yaml': smallGateway, 'providers/p.yaml': file }, { ...env, ...more })).problems,
  );

describe('groups.lookup', () => {
  it("borrows what the provider's own file has", async () => {
    expect(await groupsOf(`${entra}groups: { lookup: { kind: graph } }\n`)).toMatchObject({
      lookup: {
        kind: 'graph',
        when: 'needed',
        onFailure: 'refuse',
        names: false,
        url: 'https://graph.microsoft.com',
        app: {
          clientId: 'c',
          clientSecret: 's',
          tokenUrl: `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`,
        },
      },
    });
    expect(
      await groupsOf(
        'preset: okta\ndomain: acme.okta.com\nclientId: c\nclientSecret: s\ngroups: { lookup: { kind: okta, token: t } }\n',
      ),
    ).toMatchObject({
      lookup: { kind: 'okta', url: 'https://acme.okta.com', token: 't' },
    });
  });

  it('puts the tenant of each person in where there are several', async () => {
    const file = entra.replace(`tenant: ${tenant}`, `tenants: [${tenant}]`);
    expect(await groupsOf(`${file}groups: { lookup: { kind: graph } }\n`)).toMatchObject({
      lookup: { app: { tokenUrl: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token' } },
    });
  });

  it("reads a service account's key file", async () => {
    const file = (api: string) =>
      `preset: google\nclientId: c\nclientSecret: s\ngroups: { whenMissing: refuse, lookup: { kind: google, key: '\${env:KEY}', subject: a@acme.example, api: ${api} } }\n`;
    expect(await groupsOf(file('cloudIdentity'))).toMatchObject({
      lookup: {
        account: { email: 'doorward@acme.iam.gserviceaccount.example', keyId: 'key-1' },
        url: 'https://cloudidentity.googleapis.com',
        tokenUrl: 'https://oauth2.googleapis.com/token',
      },
    });
    expect(await groupsOf(file('directory'))).toMatchObject({
      lookup: { url: 'https://admin.googleapis.com' },
    });
  });

  it.each([
    [
      `${entra}groups: { lookup: { kind: graph, token: t } }\n`,
      'groups.lookup.token',
      'means nothing to a look-up of the kind graph',
    ],
    [`${entra}groups: { lookup: { kind: ldap } }\n`, 'groups.lookup.kind', 'expected graph, google or okta'],
    [`${entra}groups: { lookup: { kind: okta } }\n`, 'groups.lookup.token', 'missing; expected an API token'],
    [
      `${entra}groups: { lookup: { kind: google, key: nonsense, subject: a@b.example } }\n`,
      'groups.lookup.key',
      'expected the JSON of a service account',
    ],
    [
      `${entra}groups: { lookup: { kind: google, key: '\${env:KEY}', subject: nobody } }\n`,
      'groups.lookup.subject',
      'expected an email address',
    ],
    [
      `${entra}groups: { lookup: { kind: graph, url: 'http://graph.acme.example' } }\n`,
      'groups.lookup.url',
      'expected https',
    ],
    [
      `preset: microsoft\nprotocol: saml\ntenant: ${tenant}\ngroups: { lookup: { kind: graph } }\n`,
      'groups.lookup.clientId',
      'missing; expected the client id',
    ],
    [
      `preset: microsoft\nprotocol: saml\ntenant: ${tenant}\ngroups: { lookup: { kind: graph, credentials: delegated } }\n`,
      'groups.lookup.credentials',
      'SAML brings no access token',
    ],
    [
      `preset: google\nclientId: c\nclientSecret: s\ngroups: { lookup: { kind: graph } }\n`,
      'groups.lookup.tenant',
      'missing; expected the directory (tenant) id',
    ],
    [`${entra}groups: { dn: ou }\n`, 'groups.dn', 'expected cn'],
  ])('%j is a mistake at %s', async (file, key, message) => {
    const problems = Object.entries(await problemsOf(file));
    const found = problems.find(([place]) => place.endsWith(` ${key}`));
    expect(found?.[1]).toContain(message);
  });

  it('repeats no key file in what it complains of', async () => {
    const weak = JSON.stringify({ client_email: 'a@b', private_key: 'the-very-key' });
    const problems = await problemsOf(
      `${entra}groups: { lookup: { kind: google, key: '\${env:WEAK}', subject: a@b.example } }\n`,
      { WEAK: weak },
    );
    expect(JSON.stringify(problems)).not.toContain('the-very-key');
    expect(Object.keys(problems)).toHaveLength(1);
  });
});

describe('role.idpRoles', () => {
  it('keeps the order of the file', async () => {
    const { providers } = await configOf({
      'gateway.yaml': smallGateway,
      'providers/p.yaml': `${entra}role: { default: guest, map: { stewards: admin }, idpRoles: { Catalog.Admin: admin, '7': member } }\n`,
    });
    expect(providers[0]?.role).toEqual({
      default: 'guest',
      map: [['stewards', 'admin']],
      idpRoles: [
        ['Catalog.Admin', 'admin'],
        ['7', 'member'],
      ],
    });
  });
});
