import type { Database } from './database.ts';
import { createScimGroups } from './scim-groups.ts';
import { createScimReport } from './scim-report.ts';
import { createScimSelect } from './scim-select.ts';
import type { ScimStore } from './scim-types.ts';
import { createScimUsers } from './scim-users.ts';

/**
 * All that the directory does for provisioning clients.
 *
 * @param settled resolves once no process answers from what was true before; every change of somebody who may be
 *   remembered waits for it, also one that found nothing to change. A new person is in nobody's memory.
 */
export function createScimStore(
  database: Database,
  newId: (now: number) => string,
  settled: () => Promise<void>,
): ScimStore {
  const ordered = inOrder(newId);
  const users = createScimUsers(database, ordered);
  const groups = createScimGroups(database, ordered);
  const settle = async <T>(result: Promise<T>): Promise<T> => {
    const value = await result;
    await settled();
    return value;
  };
  return {
    ...createScimSelect(database),
    report: createScimReport(database),
    async createUser(plan, audit) {
      const created = await users.createUser(plan, audit);
      if (created.kind === 'created' && created.person !== 'new') await settled();
      return created;
    },
    changeUser: (...given) => settle(users.changeUser(...given)),
    deleteUser: (...given) => settle(users.deleteUser(...given)),
    createGroup: (...given) => settle(groups.createGroup(...given)),
    changeGroup: (...given) => settle(groups.changeGroup(...given)),
    deleteGroup: (...given) => settle(groups.deleteGroup(...given)),
  };
}

/** Ids of one process come in the order in which they were made, also within one millisecond: lists are ordered by them. */
function inOrder(newId: (now: number) => string): (now: number) => string {
  let last = 0;
  return (now) => {
    last = Math.max(last + 1, now);
    return newId(last);
  };
}
