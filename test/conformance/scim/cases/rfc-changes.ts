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
  type ScimCase,
  type Step,
} from '../case.ts';

const change = (...operations: readonly object[]): Step => ({
  send: 'PATCH /Users/{ann}',
  body: patch(...operations),
  status: [200, 204],
});
const refused = (scimType: string, ...operations: readonly object[]): Step => ({
  ...change(...operations),
  status: 400,
  answer: refusal(400, scimType),
});

/** RFC 7644: changes, versions, discovery, Bulk and errors. */
export const rfcChanges: readonly ScimCase[] = [
  {
    client: 'RFC 7644',
    name: 'remove needs a path',
    steps: [
      makeUser('ann'),
      refused('noTarget', { op: 'remove' }),
      refused('noTarget', { op: 'remove', value: { title: 'x' } }),
    ],
  },
  {
    client: 'RFC 7644',
    name: 'replacing whole elements that no filter finds has no target',
    steps: [
      makeUser('ann'),
      refused('noTarget', { op: 'replace', path: 'emails[type eq "fax"]', value: { value: 'x' } }),
    ],
  },
  {
    client: 'RFC 7644',
    name: 'a read-only attribute cannot be changed by a path',
    steps: [
      makeUser('ann'),
      refused('mutability', { op: 'replace', path: 'id', value: 'x' }),
      refused('mutability', { op: 'replace', path: 'meta.created', value: '2020-01-01T00:00:00Z' }),
      refused('mutability', { op: 'add', path: 'groups', value: [{ value: 'x' }] }),
      get('/Users/{ann}', { id: '{ann}' }),
    ],
  },
  {
    client: 'RFC 7644',
    name: 'a path that cannot be read, or names nothing, is an invalid path',
    steps: [
      makeUser('ann'),
      refused('invalidPath', { op: 'replace', path: 'emails[type', value: 'x' }),
      refused('invalidPath', { op: 'replace', path: 'favouriteColour', value: 'x' }),
      refused('invalidPath', { op: 'add', path: '__proto__', value: { polluted: true } }),
      refused('invalidPath', { op: 'add', path: 'constructor.prototype', value: { polluted: true } }),
    ],
  },
  {
    client: 'RFC 7644',
    name: 'a body without the PatchOp schema, and an unknown operation, are invalid syntax',
    steps: [
      makeUser('ann'),
      { ...change(), body: { Operations: [] }, status: 400, answer: refusal(400, 'invalidSyntax') },
      {
        ...change(),
        body: { schemas: [coreUser], Operations: [] },
        status: 400,
        answer: refusal(400, 'invalidSyntax'),
      },
      { ...change(), body: { schemas: [patchOp] }, status: 400, answer: refusal(400, 'invalidSyntax') },
      refused('invalidSyntax', { op: 'move', path: 'title', value: 'x' }),
      refused('invalidSyntax', { op: 'add', path: 'title' }),
    ],
  },
  {
    client: 'RFC 7644',
    name: 'when one operation fails, nothing is applied',
    steps: [
      makeUser('ann', { title: 'Old' }),
      refused(
        'mutability',
        { op: 'replace', path: 'title', value: 'New' },
        { op: 'replace', path: 'id', value: 'x' },
      ),
      get('/Users/{ann}', { title: 'Old', meta: { version: 'W/"1"' } }),
      makeUser('bob'),
      makeGroup('team'),
      {
        send: 'PATCH /Groups/{team}',
        body: patch(
          { op: 'add', path: 'members', value: [{ value: '{bob}' }] },
          { op: 'replace', path: 'displayName', value: '' },
        ),
        status: 400,
      },
      get('/Groups/{team}', { displayName: 'team' }, { without: ['members'] }),
    ],
  },
  {
    client: 'RFC 7644',
    name: 'adding what is there succeeds and leaves lastModified as it is',
    steps: [
      makeUser('ann', { title: 'Engineer' }),
      change({ op: 'add', path: 'title', value: 'Engineer' }),
      change({
        op: 'add',
        path: 'emails',
        value: [{ type: 'work', value: 'ann@acme.example', primary: true }],
      }),
      get('/Users/{ann}', undefined, {
        check: ({ body }) => {
          expect(body.meta.lastModified).toBe(body.meta.created);
          expect(body.meta.version).toBe('W/"1"');
        },
      }),
      makeGroup('team', { members: [{ value: '{ann}' }] }),
      {
        send: 'PATCH /Groups/{team}',
        body: patch({ op: 'add', path: 'members', value: [{ value: '{ann}' }] }),
        status: 204,
      },
      get('/Groups/{team}', undefined, {
        check: ({ body }) => expect(body.meta.lastModified).toBe(body.meta.created),
      }),
    ],
  },
  {
    client: 'RFC 7644',
    name: 'adding an attribute of an extension adds its URN to the schemas',
    steps: [
      makeUser('ann'),
      get('/Users/{ann}', { schemas: [coreUser] }),
      change({ op: 'add', path: `${enterprise}:department`, value: 'Data' }),
      get('/Users/{ann}', { schemas: [coreUser, enterprise], [enterprise]: { department: 'Data' } }),
    ],
  },
  {
    client: 'RFC 7644',
    name: 'PATCH answers with nothing, or with what of the resource was asked for',
    steps: [
      makeUser('ann'),
      {
        ...change({ op: 'replace', path: 'title', value: 'T' }),
        status: 204,
      },
      {
        send: 'PATCH /Users/{ann}?attributes=title',
        body: patch({ op: 'replace', path: 'title', value: 'U' }),
        status: 200,
        answer: { id: '{ann}', title: 'U' },
        without: ['userName'],
      },
      makeGroup('team'),
      {
        send: 'PATCH /Groups/{team}?attributes=displayName',
        body: patch({ op: 'add', path: 'members', value: [{ value: '{ann}' }] }),
        status: 200,
        answer: { displayName: 'team' },
        without: ['members'],
      },
    ],
  },
  {
    client: 'RFC 7644',
    name: 'PUT does not make what is not there, ignores what is read-only, and needs a user name',
    steps: [
      makeUser('ann'),
      {
        send: 'PUT /Users/2819c223-7f76-453a-919d-413861904646',
        body: { userName: 'x' },
        status: 404,
        answer: refusal(404),
      },
      {
        send: 'PUT /Users/{ann}',
        body: { schemas: [coreUser], id: 'other', userName: 'ann@acme.example', meta: { version: 'W/"99"' } },
        status: 200,
        answer: { id: '{ann}', meta: { version: 'W/"2"' } },
      },
      {
        send: 'PUT /Users/{ann}',
        body: { schemas: [coreUser], title: 'x' },
        status: 400,
        answer: refusal(400, 'invalidValue'),
      },
      {
        send: 'POST /Users',
        body: { schemas: [coreUser] },
        status: 400,
        answer: refusal(400, 'invalidValue'),
      },
    ],
  },
  {
    client: 'RFC 7644',
    name: 'a PUT that does not speak of active switches nobody on or off',
    steps: [
      makeUser('ann', { active: false }),
      {
        send: 'PUT /Users/{ann}',
        body: { userName: 'ann@acme.example' },
        status: 200,
        answer: { active: false },
      },
      makeUser('bob'),
      {
        send: 'PUT /Users/{bob}',
        body: { userName: 'bob@acme.example' },
        status: 200,
        answer: { active: true },
      },
    ],
  },
  {
    client: 'RFC 7644',
    name: 'what is no JSON is invalid syntax',
    steps: [
      { send: 'POST /Users', body: '{"userName": ', status: 400, answer: refusal(400, 'invalidSyntax') },
      { send: 'POST /Users', body: '[]', status: 400, answer: refusal(400, 'invalidSyntax') },
      {
        send: 'POST /Users',
        body: `${'['.repeat(100_000)}`,
        status: 400,
        answer: refusal(400, 'invalidSyntax'),
      },
      {
        send: 'POST /Users',
        headers: { 'content-type': 'text/plain' },
        body: 'x',
        status: 415,
        answer: refusal(415),
      },
    ],
  },
  {
    client: 'RFC 7644',
    name: 'a new resource has its location in the header and in its meta',
    steps: [
      {
        ...makeUser('ann'),
        check: ({ body, headers }) => {
          expect(headers.get('location')).toBe(body.meta.location);
          expect(body.meta.location).toMatch(new RegExp(`/scim/v2/Users/${body.id}$`));
          expect(headers.get('content-type')).toMatch(/^application\/scim\+json/);
        },
      },
    ],
  },
  {
    client: 'RFC 7644',
    name: 'what was deleted can be made again, under another id',
    steps: [
      makeUser('ann'),
      { send: 'DELETE /Users/{ann}', status: 204 },
      { ...makeUser('ann'), keep: 'again' },
      get('/Users/{again}', { userName: 'ann@acme.example', active: true }),
      { send: 'GET /Users/{ann}', status: 404 },
    ],
  },
  {
    client: 'RFC 7644',
    name: 'the ETag is the version: known ones are not sent again, and changes of an old one are refused',
    steps: [
      {
        ...makeUser('ann'),
        check: ({ body, headers }) => expect(headers.get('etag')).toBe(body.meta.version),
      },
      { send: 'GET /Users/{ann}', headers: { 'if-none-match': 'W/"1"' }, status: 304 },
      { send: 'GET /Users/{ann}', headers: { 'if-none-match': 'W/"0", "7"' }, status: 200 },
      { ...change({ op: 'replace', path: 'title', value: 'T' }), headers: { 'if-match': 'W/"1"' } },
      {
        ...change({ op: 'replace', path: 'title', value: 'U' }),
        headers: { 'if-match': 'W/"1"' },
        status: 412,
        answer: refusal(412),
      },
      { send: 'PUT /Users/{ann}', body: { userName: 'x' }, headers: { 'if-match': 'W/"1"' }, status: 412 },
      { send: 'DELETE /Users/{ann}', headers: { 'if-match': 'W/"1"' }, status: 412 },
      get('/Users/{ann}', { title: 'T' }),
      makeGroup('team', { members: [{ value: '{ann}' }] }),
      { send: 'GET /Groups/{team}', headers: { 'if-none-match': 'W/"1"' }, status: 304 },
      {
        send: 'PATCH /Groups/{team}',
        body: patch({ op: 'remove', path: 'members' }),
        headers: { 'if-match': 'W/"9"' },
        status: 412,
      },
      {
        send: 'PATCH /Groups/{team}',
        body: patch({ op: 'remove', path: 'members' }),
        headers: { 'if-match': 'W/"1"' },
        status: 204,
      },
      { send: 'GET /Groups/{team}', headers: { 'if-none-match': 'W/"1"' }, status: 200 },
      { send: 'DELETE /Groups/{team}', headers: { 'if-match': 'W/"1"' }, status: 412 },
    ],
  },
  {
    client: 'RFC 7644',
    name: 'resource types are listed, and one is shown by its name',
    steps: [
      get(
        '/ResourceTypes',
        list(2, [
          { id: 'User', endpoint: '/Users' },
          { id: 'Group', endpoint: '/Groups' },
        ]),
      ),
      get('/ResourceTypes/User', {
        name: 'User',
        schema: coreUser,
        schemaExtensions: [{ schema: enterprise, required: false }],
      }),
      { send: 'GET /ResourceTypes/Robot', status: 404, answer: refusal(404) },
    ],
  },
  {
    client: 'RFC 7644',
    name: 'schemas are shown by their URN, and cannot be filtered',
    steps: [
      get(`/Schemas/${coreGroup}`, { id: coreGroup, name: 'Group' }),
      { send: 'GET /Schemas/urn:nothing', status: 404, answer: refusal(404) },
      { send: 'GET /Schemas?filter=id eq "x"', status: 403, answer: refusal(403) },
      { send: 'GET /ResourceTypes?filter=id eq "x"', status: 403, answer: refusal(403) },
    ],
  },
  {
    client: 'RFC 7644',
    name: 'the service provider configuration tells the truth',
    steps: [
      get('/ServiceProviderConfig', {
        patch: { supported: true },
        bulk: { supported: true, maxOperations: 1_000, maxPayloadSize: 4_194_304 },
        filter: { supported: true, maxResults: 1_000 },
        changePassword: { supported: false },
        sort: { supported: true },
        etag: { supported: true },
        authenticationSchemes: [{ type: 'oauthbearertoken' }, { type: 'oauth2' }],
      }),
    ],
  },
  {
    client: 'RFC 7644',
    name: '/Me is not implemented, and says so',
    steps: [{ send: 'GET /Me', status: 501, answer: refusal(501) }],
  },
  {
    client: 'RFC 7644',
    name: 'an unknown path, and a method that is not for it, are errors of SCIM and never HTML',
    steps: [
      {
        send: 'GET /Nothing',
        status: 404,
        answer: refusal(404),
        check: ({ headers }) => expect(headers.get('content-type')).toMatch(/^application\/scim\+json/),
      },
      { send: 'GET /', status: 404, answer: refusal(404) },
      { send: 'GET /Users/a/b', status: 404, answer: refusal(404) },
      {
        send: 'DELETE /Users',
        status: 405,
        answer: refusal(405),
        check: ({ headers }) => expect(headers.get('allow')).toBe('GET, HEAD, POST'),
      },
      { send: 'POST /Schemas', body: {}, status: 405, answer: refusal(405) },
    ],
  },
  {
    client: 'RFC 7644',
    name: 'Bulk makes users and a group that refers to them by bulkId, in whatever order',
    steps: [
      {
        send: 'POST /Bulk',
        body: {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
          Operations: [
            {
              method: 'POST',
              path: '/Groups',
              bulkId: 'team',
              data: {
                displayName: 'Tour Guides',
                members: [{ type: 'User', value: 'bulkId:alice' }, { value: 'bulkId:bob' }],
              },
            },
            { method: 'POST', path: '/Users', bulkId: 'alice', data: { userName: 'Alice' } },
            {
              method: 'post',
              path: '/Users',
              bulkId: 'bob',
              data: { userName: 'Bob', [enterprise]: { manager: { value: 'bulkId:alice' } } },
            },
            {
              method: 'PATCH',
              path: '/Users/bulkId:alice',
              data: patch({ op: 'replace', path: 'active', value: false }),
            },
          ],
        },
        status: 200,
        answer: {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'],
          Operations: [
            {
              method: 'POST',
              bulkId: 'team',
              status: '201',
              version: 'W/"1"',
              location: expect.stringContaining('/Groups/') as unknown as string,
            },
            {
              method: 'POST',
              bulkId: 'alice',
              status: '201',
              location: expect.stringContaining('/Users/') as unknown as string,
            },
            { bulkId: 'bob', status: '201' },
            { method: 'PATCH', status: '204' },
          ],
        },
      },
      get('/Groups?filter=displayName eq "Tour Guides"', list(1), {
        check: ({ body }) => expect(body.Resources[0].members).toHaveLength(2),
      }),
      get('/Users?filter=userName eq "alice"', list(1, [{ active: false }])),
      get('/Users?filter=manager pr', list(1, [{ userName: 'Bob' }])),
    ],
  },
  {
    client: 'RFC 7644',
    name: 'Bulk stops after as many errors as it was told, and answers each operation for itself',
    steps: [
      makeUser('ann'),
      {
        send: 'POST /Bulk',
        body: {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
          failOnErrors: 1,
          Operations: [
            { method: 'POST', path: '/Users', bulkId: '1', data: { userName: 'new@acme.example' } },
            { method: 'POST', path: '/Users', bulkId: '2', data: { userName: 'ann@acme.example' } },
            { method: 'DELETE', path: '/Users/{ann}' },
          ],
        },
        status: 200,
        check: ({ body }) => {
          expect(body.Operations).toHaveLength(2);
          expect(body.Operations[1]).toMatchObject({
            bulkId: '2',
            status: '409',
            response: refusal(409, 'uniqueness'),
          });
        },
      },
      get('/Users/{ann}', { active: true }),
      {
        send: 'POST /Bulk',
        body: {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
          Operations: [
            {
              method: 'POST',
              path: '/Groups',
              bulkId: 'a',
              data: { displayName: 'A', members: [{ value: 'bulkId:nobody' }] },
            },
            { method: 'DELETE', path: '/Users/{ann}', version: 'W/"77"' },
            { method: 'DELETE', path: '/Users/{ann}', version: 'W/"1"' },
            { method: 'GET', path: '/Users' },
          ],
        },
        status: 400,
        answer: refusal(400, 'invalidSyntax'),
      },
      {
        send: 'POST /Bulk',
        body: {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
          Operations: [
            {
              method: 'POST',
              path: '/Groups',
              bulkId: 'a',
              data: { displayName: 'A', members: [{ value: 'bulkId:nobody' }] },
            },
            { method: 'DELETE', path: '/Users/{ann}', version: 'W/"77"' },
            { method: 'DELETE', path: '/Users/{ann}', version: 'W/"1"' },
          ],
        },
        status: 200,
        answer: { Operations: [{ status: '409' }, { status: '412' }, { status: '204' }] },
      },
      { send: 'GET /Users/{ann}', status: 404 },
    ],
  },
  {
    client: 'RFC 7644',
    name: 'Bulk with references in a circle is a conflict, and more operations than allowed are too many',
    steps: [
      {
        send: 'POST /Bulk',
        body: {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
          Operations: [
            {
              method: 'POST',
              path: '/Users',
              bulkId: 'a',
              data: { userName: 'a', [enterprise]: { manager: { value: 'bulkId:b' } } },
            },
            {
              method: 'POST',
              path: '/Users',
              bulkId: 'b',
              data: { userName: 'b', [enterprise]: { manager: { value: 'bulkId:a' } } },
            },
          ],
        },
        status: 200,
        answer: { Operations: [{ status: '409' }, { status: '409' }] },
      },
      {
        send: 'POST /Bulk',
        body: {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
          Operations: Array.from({ length: 1_001 }, (_, index) => ({
            method: 'DELETE',
            path: `/Users/${index}`,
          })),
        },
        status: 413,
        answer: refusal(413, 'tooMany'),
      },
    ],
  },
];
