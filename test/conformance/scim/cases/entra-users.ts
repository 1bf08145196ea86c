import { expect } from '@jest/globals';
import {
  coreUser,
  enterprise,
  get,
  list,
  makeUser,
  patch,
  refusal,
  type ScimCase,
  type Step,
} from '../case.ts';

const isOff = (name: string): Step => get(`/Users/{${name}}`, { active: false });
const change = (name: string, ...operations: readonly object[]): Step => ({
  send: `PATCH /Users/{${name}}`,
  body: patch(...operations),
  status: [200, 204],
});

/** Microsoft Entra ID: users. */
export const entraUsers: readonly ScimCase[] = [
  {
    client: 'Entra ID',
    name: 'the connection test looks for a user name that nobody has',
    steps: [
      get('/Users?filter=userName eq "c9b6f5de-3c27-4fb5-9b21-7b8a4b0c7a14"', list(0, []), {
        check: ({ body }) => expect(body.Resources).toEqual([]),
      }),
    ],
  },
  {
    client: 'Entra ID',
    name: 'a filter whose text has no quotes is understood',
    steps: [
      makeUser('ann', { externalId: 'jyoung' }),
      get('/Users?filter=externalId eq jyoung', list(1, [{ externalId: 'jyoung' }])),
    ],
  },
  {
    client: 'Entra ID',
    name: 'a value filter followed by a sub-attribute is about one element',
    steps: [
      makeUser('ann', {
        emails: [
          { type: 'work', value: 'x@acme.example', primary: true },
          { type: 'home', value: 'y@acme.example' },
        ],
      }),
      get('/Users?filter=emails[type eq "work"].value eq "x@acme.example"', list(1)),
      get('/Users?filter=emails[type eq "work"].value eq "y@acme.example"', list(0)),
    ],
  },
  {
    client: 'Entra ID',
    name: 'a user is looked up by id and manager together',
    steps: [
      makeUser('boss'),
      makeUser('ann', { [enterprise]: { manager: { value: '{boss}' } } }),
      get('/Users?filter=id eq "{ann}" and manager eq "{boss}"', list(1, [{ id: '{ann}' }])),
      get('/Users?filter=id eq "{boss}" and manager eq "{ann}"', list(0)),
      get(`/Users?filter=id eq "{ann}" and ${enterprise}:manager eq "{boss}"`, list(1, [{ id: '{ann}' }])),
    ],
  },
  {
    client: 'Entra ID',
    name: 'a disabled user is found by id and by filter, and shown as inactive',
    steps: [
      makeUser('ann', { active: false }),
      isOff('ann'),
      get('/Users?filter=userName eq "ann@acme.example"', list(1, [{ active: false }])),
    ],
  },
  {
    client: 'Entra ID',
    name: 'a user is made with core and enterprise schema, externalId, meta and no roles',
    steps: [
      {
        send: 'POST /Users',
        body: {
          schemas: [coreUser, enterprise],
          externalId: '0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef',
          userName: 'Test_User_ab6490ee@acme.example',
          active: true,
          emails: [{ primary: true, type: 'work', value: 'test@acme.example' }],
          meta: { resourceType: 'User' },
          name: { formatted: 'given family', familyName: 'family', givenName: 'given' },
          roles: [],
          [enterprise]: { employeeNumber: '7', department: 'Data' },
        },
        status: 201,
        keep: 'ann',
        answer: {
          schemas: [coreUser, enterprise],
          externalId: '0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef',
          userName: 'Test_User_ab6490ee@acme.example',
          active: true,
          name: { formatted: 'given family', familyName: 'family', givenName: 'given' },
          [enterprise]: { employeeNumber: '7', department: 'Data' },
          meta: { resourceType: 'User' },
        },
        without: ['roles'],
      },
      get('/Users/{ann}', { [enterprise]: { department: 'Data' } }),
    ],
  },
  {
    client: 'Entra ID',
    name: 'null attributes, a null manager at the root and a malformed enterprise URN do no harm',
    steps: [
      {
        send: 'POST /Users',
        body: {
          schemas: [coreUser, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0'],
          userName: 'ann@acme.example',
          addresses: null,
          title: null,
          manager: null,
          'urn:ietf:params:scim:schemas:extension:enterprise:2.0': { department: 'Data' },
        },
        status: 201,
        answer: { userName: 'ann@acme.example', [enterprise]: { department: 'Data' } },
        without: ['addresses', 'title', 'manager'],
      },
    ],
  },
  {
    client: 'Entra ID',
    name: 'booleans in quotes and attribute names in capitals become what they mean',
    steps: [
      {
        send: 'POST /Users',
        body: {
          schemas: [coreUser, enterprise],
          userName: 'ann@acme.example',
          active: 'True',
          roles: [{ Primary: 'True', value: 'reader' }],
          [enterprise]: { Department: 'Data' },
        },
        status: 201,
        answer: {
          active: true,
          roles: [{ primary: true, value: 'reader' }],
          [enterprise]: { department: 'Data' },
        },
      },
    ],
  },
  {
    client: 'Entra ID',
    name: 'a user name that exists is a conflict',
    steps: [makeUser('ann'), { ...makeUser('ann'), status: 409, answer: refusal(409, 'uniqueness') }],
  },
  {
    client: 'Entra ID',
    name: 'a user is switched off with "False", off with false, and on again with "True"',
    steps: [
      makeUser('ann'),
      change('ann', { op: 'Replace', path: 'active', value: 'False' }),
      isOff('ann'),
      change('ann', { op: 'Replace', path: 'active', value: 'True' }),
      get('/Users/{ann}', { active: true }),
      change('ann', { op: 'replace', path: 'active', value: false }),
      isOff('ann'),
    ],
  },
  {
    client: 'Entra ID',
    name: 'a work address and a family name are replaced in one request',
    steps: [
      makeUser('ann'),
      change(
        'ann',
        { op: 'replace', path: 'emails[type eq "work"].value', value: 'new@acme.example' },
        { op: 'replace', path: 'name.familyName', value: 'Newman' },
      ),
      get('/Users/{ann}', {
        emails: [{ type: 'work', value: 'new@acme.example' }],
        name: { familyName: 'Newman', givenName: 'ann' },
      }),
    ],
  },
  {
    client: 'Entra ID',
    name: 'a user name is replaced with and without a path',
    steps: [
      makeUser('ann'),
      change('ann', { op: 'Replace', path: 'userName', value: 'one@acme.example' }),
      get('/Users?filter=userName eq "one@acme.example"', list(1)),
      change('ann', { op: 'Replace', value: { userName: 'two@acme.example' } }),
      get('/Users?filter=userName eq "two@acme.example"', list(1)),
      get('/Users?filter=userName eq "one@acme.example"', list(0)),
    ],
  },
  {
    client: 'Entra ID',
    name: 'dotted names and URNs as keys without a path are nested rightly',
    steps: [
      makeUser('ann'),
      change('ann', {
        op: 'replace',
        value: { 'name.givenName': 'Anna', [`${enterprise}:employeeNumber`]: '4711', displayName: 'Anna' },
      }),
      get('/Users/{ann}', {
        name: { givenName: 'Anna', familyName: 'Example' },
        displayName: 'Anna',
        [enterprise]: { employeeNumber: '4711' },
      }),
    ],
  },
  {
    client: 'Entra ID',
    name: 'a filtered path without a match makes the element, and does not block active beside it',
    steps: [
      makeUser('ann'),
      change(
        'ann',
        { op: 'replace', path: 'phoneNumbers[type eq "work"].value', value: '425-555-0100' },
        { op: 'replace', path: 'active', value: 'False' },
      ),
      get('/Users/{ann}', { active: false, phoneNumbers: [{ type: 'work', value: '425-555-0100' }] }),
    ],
  },
  {
    client: 'Entra ID',
    name: 'a role is set where primary is "True", made when there is none, and only one is primary',
    steps: [
      makeUser('ann'),
      change('ann', { op: 'add', path: 'roles[primary eq "True"].value', value: 'reader' }),
      get('/Users/{ann}', { roles: [{ primary: true, value: 'reader' }] }),
      change('ann', { op: 'replace', path: 'roles[primary eq "True"].value', value: 'writer' }),
      get('/Users/{ann}', { roles: [{ primary: true, value: 'writer' }] }),
      change('ann', { op: 'add', path: 'roles', value: [{ primary: 'True', value: 'owner' }] }),
      get('/Users/{ann}', {
        roles: [
          { primary: false, value: 'writer' },
          { primary: true, value: 'owner' },
        ],
      }),
    ],
  },
  {
    client: 'Entra ID',
    name: 'a manager is set as a string or a list, and removed by an empty string or an empty value',
    steps: [
      makeUser('boss'),
      makeUser('ann'),
      change('ann', { op: 'add', path: `${enterprise}:manager`, value: '{boss}' }),
      get('/Users/{ann}', { [enterprise]: { manager: { value: '{boss}' } } }),
      change('ann', { op: 'replace', path: `${enterprise}:manager`, value: '' }),
      get('/Users/{ann}', {}, { without: [`${enterprise}`] }),
      change('ann', {
        op: 'add',
        path: `${enterprise}:manager`,
        value: [{ $ref: 'https://acme.example/scim/v2/Users/{boss}', value: '{boss}' }],
      }),
      get('/Users/{ann}', { [enterprise]: { manager: { value: '{boss}' } } }),
      change('ann', { op: 'replace', path: `${enterprise}:manager`, value: { value: '' } }),
      get('/Users/{ann}', {}, { without: [`${enterprise}`] }),
    ],
  },
  {
    client: 'Entra ID',
    name: 'an optional attribute set to an empty string, or to null, is gone',
    steps: [
      makeUser('ann', { title: 'Engineer', nickName: 'A' }),
      change('ann', { op: 'replace', path: 'title', value: '' }),
      change('ann', { op: 'replace', path: 'nickName', value: null }),
      get('/Users/{ann}', {}, { without: ['title', 'nickName'] }),
    ],
  },
  {
    client: 'Entra ID',
    name: 'a request without operations changes nothing',
    steps: [makeUser('ann'), change('ann'), get('/Users/{ann}', { meta: { version: 'W/"1"' } })],
  },
  {
    client: 'Entra ID',
    name: 'a single value in a list is unwrapped',
    steps: [
      makeUser('ann'),
      change('ann', { op: 'replace', path: 'displayName', value: ['X'] }),
      get('/Users/{ann}', { displayName: 'X' }),
    ],
  },
  {
    client: 'Entra ID',
    name: 'of a remove, an add and a replace of one attribute the last wins',
    steps: [
      makeUser('ann', { title: 'Old' }),
      change(
        'ann',
        { op: 'remove', path: 'title' },
        { op: 'add', path: 'title', value: 'Added' },
        { op: 'replace', path: 'title', value: 'Replaced' },
      ),
      get('/Users/{ann}', { title: 'Replaced' }),
      change('ann', { op: 'replace', path: 'title', value: 'X' }, { op: 'remove', path: 'title' }),
      get('/Users/{ann}', {}, { without: ['title'] }),
    ],
  },
  {
    client: 'Entra ID',
    name: 'a deleted user is not found any more, nor deleted twice',
    steps: [
      makeUser('ann'),
      { send: 'DELETE /Users/{ann}', status: 204 },
      { send: 'GET /Users/{ann}', status: 404, answer: refusal(404) },
      { send: 'DELETE /Users/{ann}', status: 404, answer: refusal(404) },
      get('/Users?filter=userName eq "ann@acme.example"', list(0)),
    ],
  },
  {
    client: 'Entra ID',
    name: 'the schemas describe every attribute that a mapping can name, without nulls',
    steps: [
      get('/Schemas', list(3), {
        check: ({ body }) => {
          expect(JSON.stringify(body)).not.toContain('null');
          const named = body.Resources.flatMap((schema: any) =>
            schema.attributes.map((each: any) => each.name),
          );
          for (const name of [
            'userName',
            'active',
            'emails',
            'department',
            'manager',
            'displayName',
            'members',
          ])
            expect(named).toContain(name);
        },
      }),
    ],
  },
  {
    client: 'Entra ID',
    name: 'a page begins exactly where it was asked for',
    steps: [
      ...Array.from({ length: 8 }, (_, index) => makeUser(`user${index}`)),
      get('/Users?startIndex=6&count=5', { startIndex: 6, itemsPerPage: 3, totalResults: 8 }),
    ],
  },
  {
    client: 'Entra ID',
    name: 'flags and unknown parameters in the query do no harm',
    steps: [
      makeUser('ann'),
      get('/Users?aadOptscim062020&filter=userName eq "ann@acme.example"', list(1)),
      get('/Users/{ann}?aadOptscim062020&whatever=%5B', { id: '{ann}' }),
      {
        send: 'PATCH /Users/{ann}?aadOptscim062020',
        body: patch({ op: 'replace', path: 'title', value: 'T' }),
        status: 204,
      },
    ],
  },
  {
    client: 'Entra ID',
    name: 'twenty-five requests a second of one tenant pass, and far more',
    steps: Array.from({ length: 60 }, () => get('/Users?filter=userName eq "nobody"', list(0))),
  },
];
