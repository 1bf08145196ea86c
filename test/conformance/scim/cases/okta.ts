import { expect } from '@jest/globals';
import {
  coreGroup,
  coreUser,
  get,
  list,
  makeGroup,
  makeUser,
  patch,
  refusal,
  type ScimCase,
} from '../case.ts';

const json = { 'content-type': 'application/json' };
const oktaUser = {
  schemas: [coreUser],
  userName: 'ann@acme.example',
  name: { givenName: 'Ann', familyName: 'Example' },
  emails: [{ primary: true, value: 'ann@acme.example', type: 'work' }],
  displayName: 'Ann Example',
  locale: 'en-US',
  externalId: '00ujl29u0le5T6Aj10h7',
  groups: [],
  password: '1mz050nq',
  active: true,
};

/** Okta, and its public SCIM test. */
export const okta: readonly ScimCase[] = [
  {
    client: 'Okta',
    name: 'a list has whole numbers, and its users have what Okta needs',
    steps: [
      makeUser('ann'),
      makeUser('bob'),
      makeUser('cy'),
      get(
        '/Users?startIndex=1&count=2',
        { totalResults: 3, startIndex: 1, itemsPerPage: 2 },
        {
          check({ body }) {
            for (const number of [body.totalResults, body.startIndex, body.itemsPerPage])
              expect(number).toEqual(expect.any(Number));
            expect(body.Resources[0]).toEqual(
              expect.objectContaining({
                id: expect.any(String),
                name: { givenName: expect.any(String), familyName: expect.any(String) },
                userName: expect.any(String),
                active: true,
                emails: expect.any(Array),
              }),
            );
          },
        },
      ),
      get('/Users/{ann}', {
        id: '{ann}',
        name: { familyName: 'Example', givenName: 'ann' },
        userName: 'ann@acme.example',
        active: true,
        emails: [{ value: 'ann@acme.example', type: 'work', primary: true }],
      }),
    ],
  },
  {
    client: 'Okta',
    name: 'a user name that nobody has is an empty list, and an unknown id an error with a detail',
    steps: [
      get('/Users?filter=userName eq "nobody@acme.example"&startIndex=1&count=100', list(0, [])),
      { send: 'GET /Users/010101001010101011001010101011', status: 404, answer: refusal(404) },
    ],
  },
  {
    client: 'Okta',
    name: 'a user is made from application/json and echoed, and a second one conflicts',
    steps: [
      {
        send: 'POST /Users',
        headers: json,
        body: oktaUser,
        status: 201,
        answer: {
          schemas: [coreUser],
          userName: 'ann@acme.example',
          active: true,
          name: { givenName: 'Ann', familyName: 'Example' },
          emails: [{ value: 'ann@acme.example' }],
        },
      },
      { send: 'POST /Users', headers: json, body: oktaUser, status: 409, answer: refusal(409, 'uniqueness') },
    ],
  },
  {
    client: 'Okta',
    name: 'a user name matches in any case',
    steps: [
      makeUser('ann'),
      get('/Users?filter=userName eq "ANN@Acme.Example"', list(1, [{ userName: 'ann@acme.example' }])),
      { send: 'POST /Users', body: { ...oktaUser, userName: 'ANN@ACME.EXAMPLE' }, status: 409 },
    ],
  },
  {
    client: 'Okta',
    name: 'a request without a real token is refused with a detail, also before it is read',
    steps: [
      {
        send: 'GET /Users?startIndex=1&count=100',
        authorization: 'non-token',
        status: 401,
        answer: refusal(401),
        check: ({ headers }) => expect(headers.get('www-authenticate')).toMatch(/^Bearer/),
      },
      { send: 'POST /Users', authorization: 'none', body: oktaUser, status: 401, answer: refusal(401) },
    ],
  },
  { client: 'Okta', name: 'groups can be listed', steps: [get('/Groups', list(0, []))] },
  {
    client: 'Okta',
    name: 'groups in a user are ignored, a password is never returned, a locale is kept',
    steps: [
      {
        send: 'POST /Users',
        headers: json,
        body: { ...oktaUser, groups: [{ value: 'made-up', display: 'Admins' }] },
        status: 201,
        keep: 'ann',
        answer: { locale: 'en-US' },
        without: ['password', 'groups'],
      },
      get('/Users/{ann}', { locale: 'en-US' }, { without: ['password', 'groups'] }),
      get('/Users/{ann}?attributes=password,userName', {}, { without: ['password'] }),
      get('/Users?filter=password pr', list(0)),
    ],
  },
  {
    client: 'Okta',
    name: 'a user is replaced whole, with id, meta and groups',
    steps: [
      makeUser('ann', { title: 'Old', nickName: 'A' }),
      {
        send: 'PUT /Users/{ann}',
        body: {
          ...oktaUser,
          id: '{ann}',
          title: 'New',
          meta: { resourceType: 'User', created: '1999-01-01T00:00:00Z' },
          groups: [],
        },
        status: 200,
        answer: { id: '{ann}', title: 'New', displayName: 'Ann Example' },
        without: ['nickName', 'password'],
        check: ({ body }) => expect(body.meta.created).not.toContain('1999'),
      },
    ],
  },
  {
    client: 'Okta',
    name: 'a user is switched off by PUT',
    steps: [
      makeUser('ann'),
      {
        send: 'PUT /Users/{ann}',
        body: { ...oktaUser, active: false },
        status: 200,
        answer: { active: false },
      },
      get('/Users/{ann}', { active: false }),
    ],
  },
  {
    client: 'Okta',
    name: 'a user is switched off and on by PATCH without a path',
    steps: [
      makeUser('ann'),
      {
        send: 'PATCH /Users/{ann}',
        body: patch({ op: 'replace', value: { active: false } }),
        status: [200, 204],
      },
      get('/Users/{ann}', { active: false }),
      {
        send: 'PATCH /Users/{ann}',
        body: patch({ op: 'replace', value: { active: true } }),
        status: [200, 204],
      },
      get('/Users/{ann}', { active: true }),
    ],
  },
  {
    client: 'Okta',
    name: 'a new password is accepted and never echoed',
    steps: [
      makeUser('ann'),
      {
        send: 'PATCH /Users/{ann}',
        body: patch({ op: 'replace', value: { password: 'hunter2-very-secret' } }),
        status: [200, 204],
        without: ['password'],
        check: ({ body }) => expect(JSON.stringify(body ?? {})).not.toContain('hunter2'),
      },
    ],
  },
  {
    client: 'Okta',
    name: 'a group is made with an empty list of members',
    steps: [
      {
        send: 'POST /Groups',
        headers: json,
        body: { schemas: [coreGroup], displayName: 'Test SCIMv2', members: [] },
        status: 201,
        answer: {
          schemas: [coreGroup],
          displayName: 'Test SCIMv2',
          id: expect.any(String) as unknown as string,
        },
      },
    ],
  },
  {
    client: 'Okta',
    name: 'a group is renamed by a value that repeats its id',
    steps: [
      makeGroup('team'),
      {
        send: 'PATCH /Groups/{team}',
        body: patch({ op: 'replace', value: { id: '{team}', displayName: 'Renamed' } }),
        status: [200, 204],
      },
      get('/Groups/{team}', { id: '{team}', displayName: 'Renamed' }),
    ],
  },
  {
    client: 'Okta',
    name: 'members are removed by a filter and added in one request',
    steps: [
      makeUser('ann'),
      makeUser('bob'),
      makeGroup('team', { members: [{ value: '{ann}', display: 'ann' }] }),
      {
        send: 'PATCH /Groups/{team}',
        body: patch(
          { op: 'remove', path: 'members[value eq "{ann}"]' },
          { op: 'add', path: 'members', value: [{ value: '{bob}', display: 'bob@acme.example' }] },
        ),
        status: [200, 204],
      },
      get('/Groups/{team}', { members: [{ value: '{bob}', display: 'bob@acme.example' }] }),
    ],
  },
  {
    client: 'Okta',
    name: 'replacing members replaces the whole list',
    steps: [
      makeUser('ann'),
      makeUser('bob'),
      makeUser('cy'),
      makeGroup('team', { members: [{ value: '{ann}' }, { value: '{bob}' }] }),
      {
        send: 'PATCH /Groups/{team}',
        body: patch({ op: 'replace', path: 'members', value: [{ value: '{bob}' }, { value: '{cy}' }] }),
        status: [200, 204],
      },
      get('/Groups/{team}', { members: [{ value: '{bob}' }, { value: '{cy}' }] }),
    ],
  },
  {
    client: 'Okta',
    name: 'a group is replaced whole',
    steps: [
      makeUser('ann'),
      makeUser('bob'),
      makeGroup('team', { members: [{ value: '{ann}' }] }),
      {
        send: 'PUT /Groups/{team}',
        body: { schemas: [coreGroup], id: '{team}', displayName: 'Replaced', members: [{ value: '{bob}' }] },
        status: 200,
        answer: { displayName: 'Replaced', members: [{ value: '{bob}' }] },
      },
      get('/Groups/{team}', { displayName: 'Replaced', members: [{ value: '{bob}' }] }),
    ],
  },
  {
    client: 'Okta',
    name: 'groups come in a stable order, page after page',
    steps: [
      ...Array.from({ length: 7 }, (_, index) => makeGroup(`group${index}`)),
      get('/Groups?startIndex=1&count=3', {
        totalResults: 7,
        Resources: [{ id: '{group0}' }, { id: '{group1}' }, { id: '{group2}' }],
      }),
      get('/Groups?startIndex=4&count=3', {
        Resources: [{ id: '{group3}' }, { id: '{group4}' }, { id: '{group5}' }],
      }),
      get('/Groups?startIndex=7&count=3', { startIndex: 7, Resources: [{ id: '{group6}' }] }),
      get('/Groups?startIndex=101&count=100', {
        totalResults: 7,
        startIndex: 101,
        itemsPerPage: 0,
        Resources: [],
      }),
    ],
  },
  {
    client: 'Okta',
    name: 'a group is deleted',
    steps: [
      makeGroup('team'),
      { send: 'DELETE /Groups/{team}', status: 204 },
      { send: 'GET /Groups/{team}', status: 404 },
    ],
  },
  {
    client: 'Okta',
    name: 'a page has a hundred resources when nothing else is said',
    steps: [
      ...Array.from({ length: 101 }, (_, index) => makeGroup(`group${index}`)),
      get('/Groups', { totalResults: 101, itemsPerPage: 100 }),
    ],
  },
];
