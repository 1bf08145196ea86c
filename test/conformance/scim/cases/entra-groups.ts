import { expect } from '@jest/globals';
import {
  coreGroup,
  get,
  list,
  makeGroup,
  makeUser,
  patch,
  refusal,
  type ScimCase,
  type Step,
} from '../case.ts';

const change = (...operations: readonly object[]): Step => ({
  send: 'PATCH /Groups/{team}',
  body: patch(...operations),
  status: [200, 204],
});
/** Exactly these are members. */
const members = (...names: readonly string[]): Step =>
  get('/Groups/{team}', undefined, {
    answer: names.length === 0 ? {} : { members: expect.anything() as object },
    check: ({ body }) => expect((body.members ?? []).length).toBe(names.length),
    ...(names.length > 0 && {
      answer: {
        members: expect.arrayContaining(
          names.map((name) => expect.objectContaining({ value: `{${name}}` })),
        ) as object,
      },
    }),
  });

/** Microsoft Entra ID: groups. */
export const entraGroups: readonly ScimCase[] = [
  {
    client: 'Entra ID',
    name: 'a group is found by its name in any case, without its members',
    steps: [
      makeUser('ann'),
      makeGroup('team', { displayName: 'Data Team', members: [{ value: '{ann}' }] }),
      get(
        '/Groups?excludedAttributes=members&filter=displayName eq "data TEAM"',
        list(1, [{ displayName: 'Data Team' }]),
        {
          without: ['Resources.0.members'],
        },
      ),
      get(
        '/Groups/{team}?excludedAttributes=members',
        { displayName: 'Data Team' },
        { without: ['members'] },
      ),
    ],
  },
  {
    client: 'Entra ID',
    name: 'a group is made with a URN of Entra’s own and without members',
    steps: [
      {
        send: 'POST /Groups',
        body: {
          schemas: [coreGroup, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
          externalId: '8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159',
          displayName: 'team',
          meta: { resourceType: 'Group' },
        },
        status: 201,
        keep: 'team',
        answer: { displayName: 'team', externalId: '8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159' },
      },
      get('/Groups?filter=externalId eq "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159"', list(1, [{ id: '{team}' }])),
      {
        ...makeGroup('again'),
        body: { schemas: [coreGroup], displayName: 'TEAM' },
        status: 409,
        answer: refusal(409, 'uniqueness'),
      },
    ],
  },
  {
    client: 'Entra ID',
    name: 'membership is asked for by the ids of the group and the member',
    steps: [
      makeUser('ann'),
      makeUser('bob'),
      makeGroup('team', { members: [{ value: '{ann}' }] }),
      get('/Groups?filter=id eq "{team}" and members eq "{ann}"', list(1, [{ id: '{team}' }])),
      get('/Groups?filter=id eq "{team}" and members eq "{bob}"', list(0)),
    ],
  },
  {
    client: 'Entra ID',
    name: 'a member with a null $ref is added, and adding again succeeds',
    steps: [
      makeUser('ann'),
      makeGroup('team'),
      { ...change({ op: 'Add', path: 'members', value: [{ $ref: null, value: '{ann}' }] }), status: 204 },
      members('ann'),
      { ...change({ op: 'Add', path: 'members', value: [{ $ref: null, value: '{ann}' }] }), status: 204 },
      members('ann'),
    ],
  },
  {
    client: 'Entra ID',
    name: 'many members are added, in one operation and in many',
    steps: [
      makeUser('ann'),
      makeUser('bob'),
      makeUser('cy'),
      makeGroup('team'),
      change({ op: 'add', path: 'members', value: [{ value: '{ann}' }, { value: '{bob}' }] }),
      members('ann', 'bob'),
      change(
        { op: 'remove', path: 'members', value: [{ value: '{ann}' }] },
        { op: 'add', path: 'members', value: [{ value: '{cy}' }] },
      ),
      members('bob', 'cy'),
    ],
  },
  {
    client: 'Entra ID',
    name: 'remove with a list of values takes only those away',
    steps: [
      makeUser('ann'),
      makeUser('bob'),
      makeGroup('team', { members: [{ value: '{ann}' }, { value: '{bob}' }] }),
      { ...change({ op: 'Remove', path: 'members', value: [{ $ref: null, value: '{ann}' }] }), status: 204 },
      members('bob'),
    ],
  },
  {
    client: 'Entra ID',
    name: 'a member is removed by a value filter, and so is one who is none',
    steps: [
      makeUser('ann'),
      makeUser('bob'),
      makeGroup('team', { members: [{ value: '{ann}' }] }),
      { ...change({ op: 'remove', path: 'members[value eq "{bob}"]' }), status: 204 },
      members('ann'),
      { ...change({ op: 'remove', path: 'members[value eq "{ann}"]' }), status: 204 },
      members(),
    ],
  },
  {
    client: 'Entra ID',
    name: 'a member is added as a bare id',
    steps: [
      makeUser('ann'),
      makeGroup('team'),
      change({ op: 'add', path: 'members', value: '{ann}' }),
      members('ann'),
    ],
  },
  {
    client: 'Entra ID',
    name: 'who is added and then removed in one request is no member',
    steps: [
      makeUser('ann'),
      makeGroup('team'),
      change(
        { op: 'add', path: 'members', value: [{ value: '{ann}' }] },
        { op: 'remove', path: 'members[value eq "{ann}"]' },
      ),
      members(),
    ],
  },
  {
    client: 'Entra ID',
    name: 'name and externalId of a group are replaced',
    steps: [
      makeGroup('team'),
      change(
        { op: 'Replace', path: 'displayName', value: 'Renamed' },
        { op: 'Replace', path: 'externalId', value: 'new-id' },
      ),
      get('/Groups/{team}', { displayName: 'Renamed', externalId: 'new-id' }),
      change({ op: 'replace', value: { displayName: 'Again' } }),
      get('/Groups/{team}', { displayName: 'Again' }),
    ],
  },
  {
    client: 'Entra ID',
    name: 'a deleted group is gone, and its users stay',
    steps: [
      makeUser('ann'),
      makeGroup('team', { members: [{ value: '{ann}' }] }),
      { send: 'DELETE /Groups/{team}', status: 204 },
      { send: 'GET /Groups/{team}', status: 404, answer: refusal(404) },
      get('/Users/{ann}', { active: true }, { without: ['groups'] }),
    ],
  },
];
