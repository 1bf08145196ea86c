import { describe, expect, it } from '@jest/globals';
import { roleOf, type RoleRule } from '../../../src/identity/index.ts';

const rule: RoleRule = {
  default: 'guest',
  map: [
    ['stewards', 'admin'],
    ['engineers', 'member'],
  ],
  idpRoles: [
    ['Catalog.Admin', 'admin'],
    ['Catalog.Reader', 'reader'],
  ],
};

describe('the role of a person', () => {
  it.each([
    [['engineers', 'stewards'], [], 'admin'],
    [['engineers'], ['Catalog.Admin'], 'member'],
    [[], ['Catalog.Reader', 'Catalog.Admin'], 'admin'],
    [['x'], ['Catalog.Reader'], 'reader'],
    // A group is no role, and a role is no group.
    [['Catalog.Admin'], ['stewards'], 'guest'],
    [[], [], 'guest'],
  ])('with groups %j and roles %j is %s', (groups, idpRoles, role) => {
    expect(roleOf(rule, groups, idpRoles)).toBe(role);
  });

  it('asks for no roles of the identity provider where none are mapped', () => {
    expect(roleOf({ default: 'guest', map: [] }, [], ['admin'])).toBe('guest');
  });
});
