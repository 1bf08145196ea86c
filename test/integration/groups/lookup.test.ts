import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { removeConfigs } from '../../support/config-files.ts';
import {
  annTenant,
  graphClient,
  oktaToken,
  startDirectoryApis,
  type DirectoryApis,
} from '../../support/directory-apis.ts';
import { completionOf } from '../../support/groups-lookup.ts';

let apis: DirectoryApis;
beforeAll(async () => void (apis = await startDirectoryApis()));
afterEach(() => apis.reset());
afterAll(async () => {
  await apis.close();
  removeConfigs();
});

const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const entraGroups = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: id(index), name: `Group ${index}` }));

const client = 'clientId: c\nclientSecret: s\nallowInsecure: true\n';
/** Each kind as a file asks for it, and groups as its API names them. */
const graph = (more = '', rest = '') => `preset: microsoft
issuer: ${apis.origin}/${annTenant}/v2.0
${client}groups:
  lookup:
    kind: graph
    url: ${apis.origin}
    tokenUrl: ${apis.origin}/{tenant}/oauth2/v2.0/token
    clientId: ${graphClient.id}
    clientSecret: ${graphClient.secret}
    ${more}
${rest}`;
const google = (more = '') => `preset: oidc
issuer: ${apis.origin}
${client}groups:
  lookup:
    kind: google
    key: \${env:KEY}
    subject: admin@acme.example
    url: ${apis.origin}
    tokenUrl: ${apis.origin}/google/token
    ${more}
`;
const okta = (more = '') => `preset: oidc
issuer: ${apis.origin}
${client}groups:
  lookup: { kind: okta, url: ${apis.origin}, token: ${oktaToken}${more} }
`;
const kinds = [
  ['graph', graph],
  ['google', google],
  ['google by the Directory API', () => google('api: directory')],
  ['okta', okta],
] as const;

const named = (groups: readonly { id: string; name: string | null }[], kind: string) =>
  groups.map((group) => (kind === 'okta' ? group.name : group.id));

describe.each(kinds)('a look-up at %s', (kind, file) => {
  it('reads every page, and all of them are the list', async () => {
    apis.state.groups = entraGroups(250);
    const { complete, failures } = await completionOf(file());
    expect(await complete()).toEqual({ kind: 'present', names: named(apis.state.groups, kind) });
    expect(apis.count(/transitiveMemberOf|searchTransitive|directory\/v1|api\/v1/)).toBe(3);
    expect(failures).toEqual([]);
  });

  it('knows the person who is in no group at all', async () => {
    const { complete } = await completionOf(file());
    expect(await complete({ groups: { kind: 'absent' } })).toEqual({ kind: 'present', names: [] });
  });

  it('asks nobody when the login brought the list', async () => {
    const { complete } = await completionOf(file());
    expect(await complete({ groups: { kind: 'present', names: ['x'] } })).toEqual({
      kind: 'present',
      names: ['x'],
    });
    expect(apis.requests).toEqual([]);
  });

  it('waits as long as a throttled answer says, and asks again', async () => {
    apis.state.groups = entraGroups(1);
    apis.state.troubles = [
      { status: 429, headers: { 'retry-after': '0' } },
      { status: 503, headers: { 'retry-after': new Date(0).toUTCString() } },
    ];
    const { complete, failures } = await completionOf(file());
    expect(await complete()).toMatchObject({ kind: 'present' });
    expect(failures).toEqual([]);
  });

  const prefix = kind.split(' ')[0] ?? '';
  it.each([
    [
      'asks for a longer pause than there is time',
      { status: 429, headers: { 'retry-after': '60' } },
      'throttled',
    ],
    ['answers 403', { status: 403 }, 'http_403'],
    ['answers 404', { status: 404 }, 'http_404'],
    ['answers 500', { status: 500 }, 'http_500'],
    ['sends people elsewhere', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 'http_302'],
    ['says nothing at all', 'silence', 'timeout'],
    ['answers a page of HTML', { status: 200, body: '<p>Maintenance</p>' }, 'garbage'],
    ['answers something else', { status: 200, body: '{"value":"x","memberships":1,"groups":{}}' }, 'garbage'],
    [
      'answers groups without names',
      { status: 200, body: kind === 'okta' ? '[{}]' : '{"value":[{}],"memberships":[{}],"groups":[{}]}' },
      'garbage',
    ],
    [
      'answers names nobody can use',
      {
        status: 200,
        body:
          kind === 'okta'
            ? '[{"profile":{"name":"a\\u0000"}}]'
            : '{"value":[{"id":"a\\u0000"}],"memberships":[{"groupKey":{"id":"a\\n"}}],"groups":[{"email":"\\r"}]}',
      },
      'garbage',
    ],
  ] as const)('that %s is a failure, never "no groups"', async (_, trouble, detail) => {
    apis.state.groups = entraGroups(3);
    apis.state.troubles = [trouble];
    const refusing = await completionOf(file(), { timeLimit: 400 });
    expect(await refusing.complete()).toEqual({ kind: 'overage', onFailure: 'refuse' });
    expect(refusing.failures).toEqual([`${prefix}.${detail}`]);
  });

  it('that fails on its second page has no first page either', async () => {
    apis.state.groups = entraGroups(150);
    const { complete, failures } = await completionOf(file());
    await complete();
    apis.state.troubles = [];
    // The first request is answered, the second is not.
    const shift = apis.state.troubles.shift.bind(apis.state.troubles);
    let asked = 0;
    apis.state.troubles.shift = () => ((asked += 1) === 2 ? { status: 500 } : shift());
    expect(await complete()).toEqual({ kind: 'overage', onFailure: 'refuse' });
    expect(failures).toEqual([`${prefix}.http_500`]);
  });

  it('that goes on for ever is ended', async () => {
    apis.state.groups = entraGroups(60);
    apis.state.pageSize = 1;
    const { complete, failures } = await completionOf(file());
    expect(await complete()).toEqual({ kind: 'overage', onFailure: 'refuse' });
    expect(failures).toEqual([`${prefix}.too_many_pages`]);
  });
});

describe('a look-up', () => {
  it('keeps what a person has where the file says so', async () => {
    apis.state.troubles = [{ status: 500 }];
    const { complete } = await completionOf(graph('onFailure: keep'));
    expect(await complete()).toEqual({ kind: 'overage', onFailure: 'keep' });
  });

  it('is made at every login where the file says so, and then the API has the last word', async () => {
    apis.state.groups = entraGroups(1);
    const { complete } = await completionOf(graph('when: always'));
    expect(await complete({ groups: { kind: 'present', names: ['stale'] } })).toEqual({
      kind: 'present',
      names: [id(0)],
    });
  });

  it('leaves the app roles beside the groups that were elsewhere', async () => {
    apis.state.groups = entraGroups(1);
    const { complete } = await completionOf(
      graph('').replace('groups:\n', 'groups:\n  claims: [groups, roles]\n'),
    );
    const claims = { roles: ['Catalog.Admin'], _claim_names: { groups: 'src1' } };
    expect(await complete({ roles: ['Catalog.Admin'] }, { claims })).toEqual({
      kind: 'present',
      names: ['Catalog.Admin', id(0)],
    });
  });

  it('shows no secret in what it logs', async () => {
    const files = [graph(), google(), okta()];
    for (const file of files) {
      apis.state.troubles = [{ status: 403, body: '{"error":"secret-in-the-body"}' }];
      const { complete, said } = await completionOf(file);
      await complete();
      expect(said.join('\n')).not.toMatch(/secret|BEGIN|00-an-api-token|Bearer/);
    }
  });
});

describe('a look-up at Microsoft Graph', () => {
  it('gets one token for many logins, and a new one when that is no longer accepted', async () => {
    apis.state.groups = entraGroups(1);
    const { complete } = await completionOf(graph());
    await complete();
    await complete();
    expect(apis.count(/token$/)).toBe(1);
    expect(apis.requests[0]?.path).toBe(`/${annTenant}/oauth2/v2.0/token`);
    apis.state.troubles = [{ status: 401 }];
    expect(await complete()).toMatchObject({ kind: 'present' });
    expect(apis.count(/token$/)).toBe(2);
  });

  it('gets a new token when the old one has ended', async () => {
    let now = 1_000_000;
    const { complete } = await completionOf(graph(), { now: () => now });
    await complete();
    now += 3_540_000;
    await complete();
    expect(apis.count(/token$/)).toBe(2);
  });

  it.each([
    [{ status: 401 }, 'graph.token_http_401'],
    [{ status: 200, body: '{"token_type":"Bearer"}' }, 'graph.token_garbage'],
  ])('fails when no token is to be had: %j', async (trouble, detail) => {
    apis.state.tokenTroubles = [trouble];
    const { complete, failures } = await completionOf(graph());
    expect(await complete()).toEqual({ kind: 'overage', onFailure: 'refuse' });
    expect(failures).toEqual([detail]);
  });

  it("asks with the person's own token about themselves", async () => {
    apis.state.groups = entraGroups(1);
    const { complete, failures } = await completionOf(
      graph('credentials: delegated').replace(/ +(tokenUrl|client\w+): .*\n/g, (line) =>
        line.startsWith('    ') ? '' : line,
      ),
    );
    expect(await complete({}, { accessToken: 'delegated-token' })).toEqual({
      kind: 'present',
      names: [id(0)],
    });
    expect(apis.requests.map(({ path }) => path)).toEqual([
      '/v1.0/me/transitiveMemberOf/microsoft.graph.group',
    ]);
    expect(await complete()).toMatchObject({ kind: 'overage' });
    expect(failures).toEqual(['graph.no_access_token']);
  });

  it('carries its token to no other server', async () => {
    apis.state.groups = entraGroups(150);
    apis.state.nextOrigin = 'http://127.0.0.1:1';
    const { complete, failures } = await completionOf(graph());
    expect(await complete()).toMatchObject({ kind: 'overage' });
    expect(failures).toEqual(['graph.next_elsewhere']);
  });

  it('asks about an object id, and about nothing else', async () => {
    const { complete, failures } = await completionOf(graph());
    expect(await complete({ subject: '../../groups' })).toMatchObject({ kind: 'overage' });
    expect(failures).toEqual(['graph.no_object_id']);
  });

  describe('with names', () => {
    const file = () => graph('names: true', `  map: { ${id(1)}: stewards }\n`);

    it('calls groups by their names, but for those that the map names by id', async () => {
      apis.state.groups = [...entraGroups(3), { id: id(7), name: null }, { id: id(8), name: id(1) }];
      const { complete } = await completionOf(file());
      // Nobody takes a mapped group over by giving another its id for a name.
      expect(await complete()).toEqual({
        kind: 'present',
        names: ['Group 0', id(1), 'Group 2', id(7), id(8)],
      });
    });

    it('asks once for the names of ids that the login itself brought', async () => {
      apis.state.groups = entraGroups(3);
      const { complete } = await completionOf(file());
      const groups = { kind: 'present', names: [id(0), id(1), id(2), id(9), 'Catalog.Admin'] } as const;
      const names = ['Group 0', id(1), 'Group 2', id(9), 'Catalog.Admin'];
      expect(await complete({ groups })).toEqual({ kind: 'present', names });
      expect(await complete({ groups })).toEqual({ kind: 'present', names });
      expect(apis.count(/getByIds/)).toBe(1);
      expect(JSON.parse(apis.requests.at(-1)?.body ?? '')).toEqual({
        ids: [id(0), id(2), id(9)],
        types: ['group'],
      });
    });

    it('fails when the names cannot be found out: an id in the place of a name would be another group', async () => {
      apis.state.troubles = [{ status: 403 }];
      const { complete } = await completionOf(file());
      expect(await complete({ groups: { kind: 'present', names: [id(0)] } })).toEqual({
        kind: 'overage',
        onFailure: 'refuse',
      });
    });
  });
});

describe('a look-up at Google', () => {
  it('repeats a request that was throttled in its way, with 403 and a reason', async () => {
    apis.state.groups = [{ id: 'engineers@acme.example', name: 'Engineers' }];
    apis.state.troubles = [
      {
        status: 403,
        headers: { 'retry-after': '0' },
        body: '{"error":{"errors":[{"reason":"userRateLimitExceeded"}]}}',
      },
    ];
    const { complete } = await completionOf(google());
    expect(await complete()).toEqual({ kind: 'present', names: ['engineers@acme.example'] });
  });

  it('asks for the address with its apostrophe', async () => {
    const { complete } = await completionOf(google());
    await complete();
    expect(apis.requests.at(-1)?.query.get('query')).toContain(
      String.raw`member_key_id == 'ann.o\'hara@acme.example'`,
    );
  });

  it('asks about no address that nobody vouches for', async () => {
    const { complete, failures } = await completionOf(google());
    expect(await complete({ emailVerified: false })).toMatchObject({ kind: 'overage' });
    expect(failures).toEqual(['google.email_unverified']);
    expect(apis.requests).toEqual([]);
  });

  it('calls groups by their display names where the file says so', async () => {
    apis.state.groups = [{ id: 'engineers@acme.example', name: 'Data Engineers' }];
    const { complete } = await completionOf(google('names: true'));
    expect(await complete()).toEqual({ kind: 'present', names: ['Data Engineers'] });
  });
});

describe('a look-up at Okta', () => {
  it('is made when the token names as many groups as its filter lets through', async () => {
    apis.state.groups = entraGroups(120);
    const { complete } = await completionOf(okta());
    const names = entraGroups(100).map(({ name }) => name);
    const groups = await complete({ groups: { kind: 'present', names } }, { claims: { groups: names } });
    expect(groups).toEqual({ kind: 'present', names: entraGroups(120).map(({ name }) => name) });
  });

  it("waits until Okta's window ends", async () => {
    apis.state.groups = entraGroups(1);
    apis.state.troubles = [
      { status: 429, headers: { 'x-rate-limit-reset': String(Math.floor(Date.now() / 1000)) } },
    ];
    const { complete } = await completionOf(okta());
    expect(await complete()).toEqual({ kind: 'present', names: ['Group 0'] });
  });

  it('carries its token to no other server', async () => {
    apis.state.groups = entraGroups(150);
    apis.state.nextOrigin = 'http://127.0.0.1:1';
    const { complete, failures } = await completionOf(okta());
    expect(await complete()).toMatchObject({ kind: 'overage' });
    expect(failures).toEqual(['okta.next_elsewhere']);
  });
});
