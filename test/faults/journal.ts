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
  provisioned(carryOut: () => Promise<string>): Promise<string | undefined>;
  deactivated(scimId: string, carryOut: () => Promise<unknown>): Promise<void>;
  /** Acknowledged writes that are not there. `active`: every SCIM user there is, by id. */
  missing(stores: Stores, active: ReadonlyMap<string, boolean>): Promise<string[]>;
}

/** An empty journal. */
export function createJournal(): Journal {
  const entries = new Map<string, Entry>();
  /** What must be true of `active`; undefined where a change failed and both may be. */
  const scimUsers = new Map<string, boolean | undefined>();
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
      if (id !== undefined) scimUsers.set(id, true);
      return id;
    },
    async deactivated(scimId, carryOut) {
      scimUsers.set(scimId, undefined);
      if (await attempt(async () => (await carryOut(), true))) scimUsers.set(scimId, false);
    },
    async missing(stores, active) {
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
      for (const [id, wanted] of scimUsers) {
        const found = active.get(id);
        if (found === undefined) lost.push(`SCIM user ${id}`);
        else if (wanted !== undefined && found !== wanted) lost.push(`SCIM user ${id} active: ${wanted}`);
      }
      return lost;
    },
  };
}
