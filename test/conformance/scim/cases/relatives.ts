import { expect } from '@jest/globals';
import {
  coreGroup,
  coreUser,
  enterprise,
  get,
  list,
  makeGroup,
  makeUser,
  patch,
  patchOp,
  refusal,
} from '../case.ts';
import type { ScimCase } from '../case.ts';

const bulk = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

/** What the cases of the clients have not said, and a client may do all the same. */
export const relatives: readonly ScimCase[] = [
  {
    client: 'Entra ID',
    name: 'the core schema’s URN around the attributes means what is inside, for users and for groups',
    steps: [
      makeUser('ann'),
      makeGroup('team'),
      {
        send: 'PATCH /Users/{ann}',
        body: patch({ op: 'Replace', value: { [coreUser]: { active: 'False', title: 'Lead' } } }),
        status: [200, 204],
      },
      get('/Users/{ann}', { active: false, title: 'Lead', userName: 'ann@acme.example' }),
      {
        send: 'PATCH /Users/{ann}',
        body: patch({ op: 'replace', path: coreUser.toUpperCase(), value: { active: true } }),
        status: [200, 204],
      },
      get('/Users/{ann}', { active: true }),
      {
        send: 'PATCH /Groups/{team}',
        body: patch({
          op: 'add',
          value: { [coreGroup]: { members: [{ value: '{ann}' }], displayName: 'new' } },
        }),
        status: [200, 204],
      },
      get('/Groups/{team}', { displayName: 'new', members: [{ value: '{ann}' }] }),
      {
        send: 'PATCH /Users/{ann}',
        body: patch({ op: 'remove', path: coreUser }),
        status: 400,
        answer: refusal(400, 'noTarget'),
      },
    ],
  },
  {
    client: 'Entra ID',
    name: 'the names inside a PatchOp are read in any case',
    steps: [
      makeUser('ann'),
      {
        send: 'PATCH /Users/{ann}',
        body: { Schemas: [patchOp.toUpperCase()], operations: [{ OP: 'Add', Path: 'Title', Value: 'Lead' }] },
        status: [200, 204],
      },
      get('/Users/{ann}', { title: 'Lead' }),
    ],
  },
  {
    client: 'Entra ID',
    name: 'a tenant URL with a slash at its end leads to the same resources',
    steps: [
      makeUser('ann'),
      get('//Users//{ann}/', { id: '{ann}' }),
      get('//Users?filter=userName eq "ann@acme.example"', list(1)),
      { send: 'POST //Users/', body: { userName: 'bob@acme.example' }, status: 201 },
    ],
  },
  {
    client: 'Entra ID',
    name: 'five hundred operations are carried out, and with one that is wrong none of them',
    steps: [
      makeUser('ann'),
      {
        send: 'PATCH /Users/{ann}',
        body: patch(
          ...Array.from({ length: 500 }, (_, at) => ({ op: 'Replace', path: 'title', value: `t${at}` })),
        ),
        status: [200, 204],
      },
      get('/Users/{ann}', { title: 't499', meta: { version: 'W/"2"' } }),
      {
        send: 'PATCH /Users/{ann}',
        body: patch(
          ...Array.from({ length: 499 }, (_, at) => ({ op: 'Replace', path: 'title', value: `u${at}` })),
          { op: 'Replace', path: 'title[value eq "x"]', value: 'no list' },
        ),
        status: 400,
        answer: refusal(400, 'invalidPath'),
      },
      get('/Users/{ann}', { title: 't499', meta: { version: 'W/"2"' } }),
    ],
  },
  {
    client: 'Entra ID',
    name: 'a member that does not exist is refused without saying that the group is gone, and nothing is kept',
    steps: [
      makeUser('ann'),
      makeGroup('team'),
      {
        send: 'PATCH /Groups/{team}',
        body: patch(
          { op: 'Replace', path: 'displayName', value: 'renamed' },
          { op: 'Add', path: 'members', value: [{ value: '{ann}' }, { value: 'nobody' }] },
        ),
        status: 400,
        answer: refusal(400, 'invalidValue'),
      },
      get('/Groups/{team}', { displayName: 'team' }, { without: ['members'] }),
      {
        send: 'PATCH /Groups/{team}',
        body: patch({ op: 'Add', path: 'members', value: [{ value: '{team}', type: 'Group' }] }),
        status: 400,
        answer: refusal(400, 'invalidValue'),
      },
      {
        send: 'PATCH /Groups/{team}',
        body: patch({ op: 'Remove', path: 'members', value: [{ value: 'nobody' }] }),
        status: [200, 204],
      },
    ],
  },
  {
    client: 'RFC 7644',
    name: 'keys of prototypes are names like any other that no schema knows',
    steps: [
      {
        send: 'POST /Users',
        body: JSON.parse(
          '{"userName":"proto@acme.example","__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"name":{"__proto__":{"admin":true},"givenName":"P"}}',
        ),
        status: 201,
        keep: 'proto',
        answer: { name: { givenName: 'P' } },
      },
      {
        send: 'PATCH /Users/{proto}',
        body: patch({
          op: 'add',
          value: JSON.parse('{"__proto__":{"admin":true},"constructor":{"admin":true}}'),
        }),
        status: [200, 204],
      },
      ...['__proto__.admin', 'constructor', 'name.__proto__', 'emails[__proto__ eq "x"].value'].map(
        (path) => ({
          send: 'PATCH /Users/{proto}',
          body: patch({ op: 'add', path, value: 'x' }),
          status: 400,
          answer: refusal(400, 'invalidPath'),
        }),
      ),
      get(
        '/Users/{proto}',
        { userName: 'proto@acme.example' },
        {
          check: ({ body }) => {
            expect(Object.keys(body).sort()).toEqual(['active', 'id', 'meta', 'name', 'schemas', 'userName']);
            expect(({} as { admin?: unknown }).admin).toBeUndefined();
          },
        },
      ),
    ],
  },
  {
    client: 'RFC 7644',
    name: 'of a key that is there twice, also in another case, the last one holds',
    steps: [
      {
        send: 'POST /Users',
        body: '{"userName":"one","userName":"two","active":true,"Active":false}',
        status: 201,
        keep: 'twice',
        answer: { userName: 'two', active: false },
      },
      get('/Users?filter=userName eq "one"', list(0)),
    ],
  },
  {
    client: 'RFC 7644',
    name: 'a filter of five hundred conditions is answered, one with more is refused',
    steps: [
      makeUser('ann'),
      ...[499, 500].map((others) => ({
        send: 'POST /Users/.search',
        body: {
          filter: [
            ...Array.from({ length: others }, (_, at) => `userName eq "nobody${at}"`),
            'userName eq "ANN@acme.example"',
          ].join(' or '),
        },
        status: others === 499 ? 200 : 400,
        answer: others === 499 ? list(1, [{ id: '{ann}' }]) : refusal(400, 'invalidFilter'),
      })),
      {
        send: 'POST /Users/.search',
        body: { filter: Array.from({ length: 500 }, (_, at) => `title ne "x${at}"`).join('\n and ') },
        status: 200,
        answer: list(1),
      },
      {
        send: 'POST /Users/.search',
        body: { filter: `${'('.repeat(33)}userName pr${')'.repeat(33)}` },
        status: 400,
        answer: refusal(400, 'invalidFilter'),
      },
    ],
  },
  {
    client: 'RFC 7644',
    name: 'Bulk changes users and groups, and is no road to searches or to itself',
    steps: [
      makeUser('ann'),
      {
        send: 'POST /Bulk',
        body: {
          schemas: [bulk],
          Operations: [
            ...['/Users/.search', '/Bulk', '/Me', '/Schemas', '/Users/{ann}/more', '/Users?count=1'].map(
              (path, at) => ({
                method: 'POST',
                bulkId: `n${at}`,
                path,
                data: { schemas: [bulk], Operations: [] },
              }),
            ),
            { method: 'PATCH', path: '/Users/{ann}', data: patch({ op: 'add', path: 'title', value: 'T' }) },
          ],
        },
        status: 200,
        answer: {
          Operations: [
            ...Array.from({ length: 6 }, () => ({ status: '400', response: refusal(400, 'invalidPath') })),
            { status: expect.stringMatching(/^20[04]$/) },
          ],
        },
      },
    ],
  },
  {
    client: 'RFC 7644',
    name: 'HEAD asks as GET does, and If-Match with an asterisk means whatever is there',
    steps: [
      makeUser('ann'),
      {
        send: 'HEAD /Users/{ann}',
        status: 200,
        check: ({ headers }) => expect(headers.get('etag')).toBe('W/"1"'),
      },
      { send: 'HEAD /Users/nobody', status: 404 },
      {
        send: 'OPTIONS /Users/{ann}',
        status: 405,
        check: ({ headers }) => expect(headers.get('allow')).toBe('GET, HEAD, PUT, PATCH, DELETE'),
      },
      {
        send: 'PATCH /Users/{ann}',
        body: patch({ op: 'add', path: `${enterprise}:department`, value: 'D' }),
        headers: { 'if-match': '*' },
        status: [200, 204],
      },
      get('/Users/{ann}', undefined, { headers: { 'if-none-match': 'W/"1", W/"2"' }, status: 304 }),
    ],
  },
];
