import type { IdentityKey, Standing, User } from '../identity/index.ts';

/**
 * Users, identities, groups and memberships in SQL. SQLite and PostgreSQL pass one conformance suite.
 * Also implements jit's JitStore and audit's AuditStore (checked where app.ts hands it over).
 * Every method rejects with Failure('store_unavailable') when the database does not answer in time.
 */
export interface Directory {
  findUser(id: string): Promise<User | undefined>;
  findByIdentity(key: IdentityKey): Promise<User | undefined>;
  /** Users whose id, user name or email is this, compared normalized. Several may share a name. */
  findByName(name: string): Promise<readonly User[]>;
  listUsers(page: { after?: string; limit: number; search?: string }): Promise<readonly User[]>;
  /** What the gate needs, read by primary key. Undefined: no such user (erased). */
  snapshot(userId: string): Promise<UserSnapshot | undefined>;
  /** Sets or clears the local disabled flag. Returns the user afterwards, and whether anything changed. */
  setDisabled(
    userId: string,
    disabled: { at: number; why?: string } | undefined,
  ): Promise<{ user: User; changed: boolean } | undefined>;
  listGroups(): Promise<readonly GroupSummary[]>;
  createGroup(name: string, now: number): Promise<{ created: boolean }>;
  /** Local membership; returns whether it changed, or undefined if there is no such user or group. */
  addLocalMembership(userId: string, group: string, now: number): Promise<boolean | undefined>;
  removeLocalMembership(userId: string, group: string, now: number): Promise<boolean | undefined>;
  /** How caches of snapshots learn what is no longer true; keys are user ids. Shape of sessions' Freshness. */
  readonly freshness: {
    check(): 'trusted' | 'ask';
    onInvalidated(listener: (userId: string | undefined) => void): void;
  };
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface UserSnapshot extends Standing {
  readonly id: string;
  readonly version: number;
  readonly userName: string;
  readonly email: string | undefined;
  readonly emailVerified: boolean;
  readonly displayName: string | undefined;
  /** All groups, whatever the source, once each, in code-unit order. */
  readonly groups: readonly string[];
  readonly idpRoles: Readonly<Record<string, readonly string[]>>;
}

export interface GroupSummary {
  readonly id: string;
  readonly name: string;
  readonly members: number;
}
