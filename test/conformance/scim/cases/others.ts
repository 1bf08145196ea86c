import { coreUser, get, list, makeGroup, makeUser, patch, type ScimCase } from '../case.ts';

/** PingFederate, OneLogin and JumpCloud. */
export const others: readonly ScimCase[] = [
  {
    client: 'PingFederate',
    name: 'an address is looked up by the name of the list alone, without quotes',
    steps: [
      makeUser('ann'),
      get('/Users?filter=emails eq ann@acme.example', list(1, [{ id: '{ann}' }])),
      get('/Users?filter=emails eq "nobody@acme.example"', list(0)),
    ],
  },
  {
    client: 'PingFederate',
    name: 'users are written by PUT, groups by PATCH, and a group is found by listing all',
    steps: [
      makeUser('ann'),
      {
        send: 'PUT /Users/{ann}',
        body: { schemas: [coreUser], userName: 'ann@acme.example', active: true, title: 'Engineer' },
        status: 200,
        answer: { title: 'Engineer' },
      },
      makeGroup('team'),
      get('/Groups', list(1, [{ displayName: 'team', id: '{team}' }])),
      {
        send: 'PATCH /Groups/{team}',
        body: patch({ op: 'add', path: 'members', value: [{ value: '{ann}' }] }),
        status: [200, 204],
      },
      get('/Groups/{team}', { members: [{ value: '{ann}' }] }),
    ],
  },
  {
    client: 'OneLogin',
    name: 'active comes as a string, and the id as null',
    steps: [
      {
        send: 'POST /Users',
        body: { schemas: [coreUser], id: null, userName: 'ann@acme.example', active: 'false', groups: null },
        status: 201,
        keep: 'ann',
        answer: { active: false },
      },
      get('/Users/{ann}', { id: '{ann}', active: false }),
    ],
  },
  {
    client: 'JumpCloud',
    name: 'a test user and a test group are made and deleted, twice',
    steps: [1, 2].flatMap(() => [
      makeUser('jumpcloud-test'),
      makeGroup('jumpcloud-group', { members: [{ value: '{jumpcloud-test}' }] }),
      { send: 'DELETE /Groups/{jumpcloud-group}', status: 204 },
      { send: 'DELETE /Users/{jumpcloud-test}', status: 204 },
    ]),
  },
];
