import type { Stores } from '../../src/app.ts';
import { groupNames } from '../../src/identity/index.ts';

/** What was acknowledged of one user, and must be there for good. */
interface Entry {
  groups: Set<string>;
  disabled: boolean;
  /** A change that was begun and not acknowledged: it may have happened or not. */
  doubt: Set<'disabled' | string>;
}

/** Every acknowledged write of a run, kept by the test and compared with the directory at the end. */
export interface Journal {
  readonly acknowledged: number;
  readonly failed: number;
  /** Carries a write out, and notes that it was acknowledged; a failure is noted as well, and swallowed. */
  created(carryOut: () => Promise<{ readonly id: string }>): Promise<string | undefined>;
  joined(userId: string, group: string, carryOut: () => Promise<unknown>): Promise<void>;
  disabled(userId: string, carryOut: () => Promise<unknown>): Promise<void>;
  provisioned(carryOut: () => Promise<string>): Promise<void>;
  /** Acknowledged writes that are not there. */
  missing(stores: Stores, scim: (id: string) => Promise<boolean>): Promise<string[]>;
}

/** An empty journal. */
export function createJournal(): Journal {
  const entries = new Map<string, Entry>();
  const scimIds: string[] = [];
  let acknowledged = 0;
  let failed = 0;

  async function attempt<T>(carryOut: () => Promise<T>): Promise<T | undefined> {
    try {
      const value = await carryOut();
      acknowledged += 1;
      return value;
    } catch {
      failed += 1;
      return undefined;
    }
  }

  return {
    get acknowledged() {
      return acknowledged;
    },
    get failed() {
      return failed;
    },
    async created(carryOut) {
      const user = await attempt(carryOut);
      if (user) entries.set(user.id, { groups: new Set(), disabled: false, doubt: new Set() });
      return user?.id;
    },
    async joined(userId, group, carryOut) {
      const entry = entries.get(userId);
      entry?.doubt.add(group);
      if ((await attempt(async () => (await carryOut(), true))) !== true) return;
      entry?.doubt.delete(group);
      entry?.groups.add(group);
    },
    async disabled(userId, carryOut) {
      const entry = entries.get(userId);
      entry?.doubt.add('disabled');
      if ((await attempt(async () => (await carryOut(), true))) !== true || !entry) return;
      entry.doubt.delete('disabled');
      entry.disabled = true;
    },
    async provisioned(carryOut) {
      const id = await attempt(carryOut);
      if (id !== undefined) scimIds.push(id);
    },
    async missing(stores, scim) {
      const lost: string[] = [];
      for (const [id, entry] of entries) {
        const user = await stores.directory.findUser(id);
        if (!user) {
          lost.push(`user ${id}`);
          continue;
        }
        const groups = new Set(groupNames(user.memberships));
        for (const group of entry.groups) if (!groups.has(group)) lost.push(`${id} in ${group}`);
        for (const group of groups)
          if (!entry.groups.has(group) && !entry.doubt.has(group)) lost.push(`${id} not in ${group}`);
        const isDisabled = user.disabledAt !== undefined;
        if (isDisabled !== entry.disabled && !entry.doubt.has('disabled')) lost.push(`${id} disabled`);
      }
      for (const id of scimIds) if (!(await scim(id))) lost.push(`SCIM user ${id}`);
      return lost;
    },
  };
}
