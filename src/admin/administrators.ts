import type { AdminConfig, ProviderConfig } from '../config/index.ts';
import type { ConsoleStore } from '../directory/index.ts';
import { groupNames, roleOf, type User } from '../identity/index.ts';

/** Who may open the console, by their groups and the roles that come of them. */
export interface Administrators {
  /** Does this person's role or any of these groups let them in? */
  lets(role: string, groups: readonly string[]): boolean;
  /** Would this user be let in, signed in with any of their providers? */
  includes(user: User): boolean;
  /** Is this the only user left who can come in, so that nobody could undo their removal here? */
  isLast(user: User): Promise<boolean>;
}

/** Enough to find another one in a group that nearly everybody is in. */
const page = 200;

export function createAdministrators(
  admin: AdminConfig,
  providers: readonly ProviderConfig[],
  directory: Pick<ConsoleStore, 'searchPeople'>,
): Administrators {
  const lets = (role: string, groups: readonly string[]): boolean =>
    admin.roles.includes(role) || groups.some((group) => admin.groups.includes(group));

  const includes = (user: User): boolean => {
    const groups = groupNames(user.memberships);
    return providers
      .filter(({ id }) => user.identities.some(({ provider }) => provider === id))
      .some(({ id, role }) => lets(roleOf(role, groups, user.idpRoles[id]), groups));
  };

  /** Groups that can make somebody an administrator; undefined: no group is needed, by a default role or one of the provider's. */
  const groups = providers.some(
    ({ role }) =>
      admin.roles.includes(role.default) ||
      (role.idpRoles ?? []).some(([, name]) => admin.roles.includes(name)),
  )
    ? undefined
    : new Set([
        ...admin.groups,
        ...providers.flatMap(({ role }) =>
          role.map.filter(([, name]) => admin.roles.includes(name)).map(([group]) => group),
        ),
      ]);

  return {
    lets,
    includes,
    async isLast(user) {
      if (!includes(user)) return false;
      for (const group of groups ?? [undefined]) {
        for (let after: string | undefined, more = true; more;) {
          const found = await directory.searchPeople({
            status: 'active',
            limit: page,
            ...(group !== undefined && { group }),
            ...(after !== undefined && { after }),
          });
          if (found.some((other) => other.id !== user.id && includes(other))) return false;
          after = found.at(-1)?.id;
          more = found.length === page;
        }
      }
      return true;
    },
  };
}
