import { describe, expect, it } from '@jest/globals';
import { parseFilter, planFilter, printFilter } from '../../../src/scim/filter/index.ts';
import { groupType, userType } from '../../../src/scim/schema/index.ts';

/** What indexes answer of a filter, and what is left to be looked at. */
describe('the plan of a filter', () => {
  it.each<[string, object | undefined, string | undefined]>([
    ['userName eq "a"', { field: 'userName', is: 'a' }, undefined],
    ['externalId eq "a"', { field: 'externalId', is: 'a' }, undefined],
    ['id eq "a"', { field: 'id', is: 'a' }, undefined],
    ['emails.value eq "a"', { field: 'email', is: 'a' }, undefined],
    ['emails eq "a"', { field: 'email', is: 'a' }, undefined],
    ['emails[value eq "a"]', { field: 'email', is: 'a' }, undefined],
    ['active eq false', { field: 'active', is: false }, undefined],
    ['active ne false', { field: 'active', is: true }, undefined],
    ['groups.value eq "g"', { field: 'group', is: 'g' }, undefined],
    [
      'meta.lastModified gt "2026-01-01T00:00:00Z"',
      { field: 'changed', op: '>', at: 1_767_225_600_000 },
      undefined,
    ],
    [
      'userName eq "a" and active eq true',
      {
        all: [
          { field: 'userName', is: 'a' },
          { field: 'active', is: true },
        ],
      },
      undefined,
    ],
    ['userName eq "a" and title pr', { field: 'userName', is: 'a' }, 'title pr'],
    [
      'userName eq "a" or externalId eq "b"',
      {
        any: [
          { field: 'userName', is: 'a' },
          { field: 'externalId', is: 'b' },
        ],
      },
      undefined,
    ],
    ['userName eq "a" or title pr', undefined, 'userName eq "a" or title pr'],
    [
      'emails[type eq "work"].value eq "a"',
      { field: 'email', is: 'a' },
      'emails[type eq "work" and value eq "a"]',
    ],
    ['not (userName eq "a")', undefined, 'not (userName eq "a")'],
    ['userName eq 5', undefined, 'userName eq 5'],
    ['userName eq ""', undefined, 'userName eq ""'],
    ['userName sw "a"', undefined, 'userName sw "a"'],
    ['meta.lastModified gt "soon"', undefined, 'meta.lastModified gt "soon"'],
  ])('%s', (text, where, rest) => {
    const plan = planFilter(userType, parseFilter(text));
    expect(plan.where).toEqual(where);
    expect(plan.rest && printFilter(plan.rest)).toBe(rest);
  });

  it.each([
    ['displayName eq "a"', { field: 'displayName', is: 'a' }],
    ['members eq "u"', { field: 'member', is: 'u' }],
    ['members[value eq "u"]', { field: 'member', is: 'u' }],
    [
      'id eq "g" and members eq "u"',
      {
        all: [
          { field: 'id', is: 'g' },
          { field: 'member', is: 'u' },
        ],
      },
    ],
  ])('of groups: %s', (text, where) => {
    expect(planFilter(groupType, parseFilter(text))).toEqual({ where, rest: undefined });
  });
});
