import { expect } from '@jest/globals';
import { coreUser, enterprise, get, list, makeUser, refusal, type ScimCase, type Step } from '../case.ts';

const badFilter = (filter: string): Step => ({
  send: `GET /Users?filter=${filter}`,
  status: 400,
  answer: refusal(400, 'invalidFilter'),
});
const found = (filter: string, ...names: readonly string[]): Step =>
  get(
    `/Users?filter=${filter}`,
    list(
      names.length,
      names.map((name) => ({ id: `{${name}}` })),
    ),
  );

const people: readonly Step[] = [
  makeUser('ann', { title: 'Engineer', externalId: 'A-1', nickName: 'a"b' }),
  makeUser('bob', { active: false, externalId: 'a-1', [enterprise]: { department: 'Data' } }),
  makeUser('cy', {
    title: 'Analyst',
    emails: [
      { value: 'z@home.example', type: 'home' },
      { value: 'a@work.example', type: 'work', primary: true },
    ],
  }),
];

/** RFC 7644: filters, sorting, paging and projection. */
export const rfcLists: readonly ScimCase[] = [
  {
    client: 'RFC 7644',
    name: 'not binds tighter than and, and tighter than or; brackets decide otherwise',
    steps: [
      ...people,
      found('userName eq "x" and active eq false or title eq "Engineer"', 'ann'),
      found('title eq "Engineer" or userName eq "x" and active eq false', 'ann'),
      found('(title eq "Engineer" or active eq false) and active eq false', 'bob'),
      found('not (title pr) and active eq false', 'bob'),
      found('not (title pr and active eq true)', 'bob'),
    ],
  },
  {
    client: 'RFC 7644',
    name: 'operators and attribute names are read in any case, and names with their URN',
    steps: [
      ...people,
      found('USERNAME Eq "ann@acme.example" AND Active EQ true', 'ann'),
      found(`${coreUser}:userName eq "ann@acme.example"`, 'ann'),
      found(`${enterprise}:department sw "da"`, 'bob'),
      found('title PR', 'ann', 'cy'),
      found('Not (title pr)', 'bob'),
    ],
  },
  {
    client: 'RFC 7644',
    name: 'a filter that cannot be read is refused with invalidFilter',
    steps: [
      badFilter('userName xx "a"'),
      badFilter('userName eq "a" trailing'),
      badFilter('(userName eq "a"'),
      badFilter('userName eq'),
      badFilter('emails[type eq "work"'),
      badFilter('active gt true'),
      badFilter('userName eq "unclosed'),
      {
        send: 'POST /Users/.search',
        body: { filter: `${'('.repeat(5_000)}a pr${')'.repeat(5_000)}` },
        status: 400,
        answer: refusal(400, 'invalidFilter'),
      },
    ],
  },
  {
    client: 'RFC 7644',
    name: 'an attribute that no schema defines is never there',
    steps: [
      ...people,
      found('favouriteColour eq "blue"'),
      found('favouriteColour pr or title eq "Engineer"', 'ann'),
      found('constructor pr'),
    ],
  },
  {
    client: 'RFC 7644',
    name: 'a quoted quote is part of the text',
    steps: [...people, found('nickName eq "a\\"b"', 'ann'), found('userName eq "a\\"b"')],
  },
  {
    client: 'RFC 7644',
    name: 'lastModified is compared as a time',
    steps: [
      ...people,
      found('meta.lastModified gt "2020-01-01T00:00:00Z"', 'ann', 'bob', 'cy'),
      found('meta.lastModified gt "2999-01-01T00:00:00+02:00"'),
      found('meta.lastModified lt "2999-01-01T00:00:00Z" and title pr', 'ann', 'cy'),
    ],
  },
  {
    client: 'RFC 7644',
    name: 'schemas are compared with a URN',
    steps: [...people, found(`schemas eq "${enterprise}"`, 'bob')],
  },
  {
    client: 'RFC 7644',
    name: 'a complex attribute without a sub-attribute means its value',
    steps: [...people, found('emails co "work.example"', 'cy'), found('emails eq "A@WORK.example"', 'cy')],
  },
  {
    client: 'RFC 7644',
    name: 'externalId is compared in its exact case',
    steps: [...people, found('externalId eq "A-1"', 'ann'), found('externalId eq "a-1"', 'bob')],
  },
  {
    client: 'RFC 7644',
    name: 'active, ids and groups find by their indexes what a search would find',
    steps: [
      ...people,
      found('active eq false', 'bob'),
      found('active ne false', 'ann', 'cy'),
      found('id eq "{cy}"', 'cy'),
      found('userName eq "ann@acme.example" or externalId eq "a-1"', 'ann', 'bob'),
      found('emails[type eq "home" and value eq "z@home.example"]', 'cy'),
      found('emails[type eq "work" and value eq "z@home.example"]'),
      found('active eq "False"', 'bob'),
    ],
  },
  {
    client: 'RFC 7644',
    name: 'a count of zero or less gives no resources but the total',
    steps: [
      ...people,
      get('/Users?count=0', { ...list(3, []), itemsPerPage: 0 }),
      get('/Users?count=-5', { ...list(3, []), itemsPerPage: 0 }),
      get('/Users?count=0&filter=active eq true', list(2, [])),
    ],
  },
  {
    client: 'RFC 7644',
    name: 'a startIndex below one is one, and past the end there is nothing',
    steps: [
      ...people,
      get('/Users?startIndex=0&count=1', {
        startIndex: 1,
        itemsPerPage: 1,
        totalResults: 3,
        Resources: [{ id: '{ann}' }],
      }),
      get('/Users?startIndex=-7&count=1', { startIndex: 1, Resources: [{ id: '{ann}' }] }),
      get('/Users?startIndex=4', { startIndex: 4, itemsPerPage: 0, totalResults: 3, Resources: [] }),
      { send: 'GET /Users?startIndex=one', status: 400, answer: refusal(400, 'invalidValue') },
    ],
  },
  {
    client: 'RFC 7644',
    name: 'sorting goes by the primary value, else the first, and missing ones come last when ascending',
    steps: [
      ...people,
      get('/Users?sortBy=emails', { Resources: [{ id: '{cy}' }, { id: '{ann}' }, { id: '{bob}' }] }),
      get('/Users?sortBy=title', { Resources: [{ id: '{cy}' }, { id: '{ann}' }, { id: '{bob}' }] }),
      get('/Users?sortBy=title&sortOrder=descending', {
        Resources: [{ id: '{bob}' }, { id: '{ann}' }, { id: '{cy}' }],
      }),
      get('/Users?sortBy=userName&sortOrder=descending&count=1&startIndex=2', {
        totalResults: 3,
        Resources: [{ id: '{bob}' }],
      }),
      get('/Users?sortBy=name.givenName&filter=title pr', list(2, [{ id: '{ann}' }, { id: '{cy}' }])),
    ],
  },
  {
    client: 'RFC 7644',
    name: 'only the attributes asked for are returned, and the id',
    steps: [
      ...people,
      get('/Users/{ann}?attributes=USERNAME,emails.value', undefined, {
        check: ({ body }) =>
          expect(body).toEqual({
            schemas: expect.any(Array),
            id: expect.any(String),
            userName: 'ann@acme.example',
            emails: [{ value: 'ann@acme.example' }],
          }),
      }),
      get(
        `/Users/{bob}?attributes=${enterprise}:department`,
        { [enterprise]: { department: 'Data' } },
        { without: ['userName'] },
      ),
    ],
  },
  {
    client: 'RFC 7644',
    name: 'excluded attributes are left out, but for the id',
    steps: [
      ...people,
      get('/Users/{ann}?excludedAttributes=id,emails,meta', { id: '{ann}' }, { without: ['emails', 'meta'] }),
      get('/Users?excludedAttributes=id&count=1', { Resources: [{ id: '{ann}' }] }),
    ],
  },
  {
    client: 'RFC 7644',
    name: 'a search by POST answers as a list',
    steps: [
      ...people,
      {
        send: 'POST /Users/.search',
        body: {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
          attributes: ['userName'],
          filter: 'title pr',
          sortBy: 'title',
          startIndex: 1,
          count: 1,
        },
        status: 200,
        answer: { ...list(2, [{ id: '{cy}', userName: 'cy@acme.example' }]), itemsPerPage: 1 },
        without: ['Resources.0.title'],
      },
    ],
  },
];
