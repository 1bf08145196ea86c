import { describe, expect, it } from '@jest/globals';
import { createAdministrators } from '../../../src/admin/index.ts';
import type { User } from '../../../src/identity/index.ts';
import { oidcConfig } from '../../support/oidc-rp.ts';
import { userOf } from '../../support/people.ts';

const local = { kind: 'local' } as const;
const okta = oidcConfig({
  id: 'okta',
  role: {
    default: 'guest',
    map: [
      ['interns', 'guest'],
      ['stewards', 'admin'],
    ],
    idpRoles: [['Catalog.Admin', 'admin']],
  },
});
const other = oidcConfig({ id: 'other', role: { default: 'guest', map: [['engineers', 'admin']] } });

const administrators = (people: readonly User[] = []) =>
  createAdministrators({ roles: ['admin'], groups: ['root'], recentAuthentication: 1 }, [okta, other], {
    searchPeople: ({ group }) =>
      Promise.resolve(
        people.filter(
          ({ memberships }) => group === undefined || memberships.some((each) => each.group === group),
        ),
      ),
  });
const inGroups = (...groups: string[]) =>
  userOf({ memberships: groups.map((group) => ({ group, source: local })) });

describe('who may open the console', () => {
  it.each([
    ['by a group that the role map names', inGroups('stewards'), true],
    ['not where a line before gives another role', inGroups('interns', 'stewards'), false],
    ['by a role of the identity provider', userOf({ idpRoles: { okta: ['Catalog.Admin'] } }), true],
    [
      'not by such a role where a group comes first',
      { ...inGroups('interns'), idpRoles: { okta: ['Catalog.Admin'] } },
      false,
    ],
    ['not by the role that another provider gave', userOf({ idpRoles: { other: ['Catalog.Admin'] } }), false],
    ['not by the rule of a provider they do not come by', inGroups('engineers'), false],
    ['by a group of admin.groups', inGroups('root', 'interns'), true],
    ['not by nothing', userOf(), false],
  ])('%s', (_, user, expected) => {
    expect(administrators().includes(user)).toBe(expected);
  });

  it('knows the last one, also where others are it by a role of the identity provider and in no group', async () => {
    const steward = inGroups('stewards');
    const byRole = { ...userOf({ idpRoles: { okta: ['Catalog.Admin'] } }), id: 'other' };
    expect(await administrators([steward]).isLast(steward)).toBe(true);
    expect(await administrators([steward, byRole]).isLast(steward)).toBe(false);
    expect(await administrators([byRole]).isLast(byRole)).toBe(true);
  });
});
