import type {
  IdentityKey,
  Membership,
  MembershipSource,
  Profile,
  Standing,
  User,
} from '../identity/index.ts';
import type { ProvisionedQuery } from './scim-match.ts';

/**
 * Users, identities, groups and memberships in SQL. SQLite and PostgreSQL pass one conformance suite.
 * Also implements jit's JitStore and audit's AuditStore (checked where app.ts hands it over).
 * Every method rejects with Failure('store_unavailable') when the database does not answer in time.
 *
 * Methods that change something take `audit`: the events it returns are stored in the same transaction as the change,
 * so that no change is without its record. It is called only when something changed, and must not do any I/O.
 */
export interface Directory {
  findUser(id: string): Promise<User | undefined>;
  findByIdentity(key: IdentityKey): Promise<User | undefined>;
  /** Users whose id, user name or email is this, compared normalized. Several may share a name. */
  findByName(name: string): Promise<readonly User[]>;
  /** By user name; `after` is the id of the last user of the page before. `search` matches any part of a name or address. */
  listUsers(page: { after?: string; limit: number; search?: string }): Promise<readonly User[]>;
  /** What the gate needs, read by primary key. Undefined: no such user (erased). */
  snapshot(userId: string): Promise<UserSnapshot | undefined>;
  /** Sets or clears the local disabled flag. Returns the user afterwards, and whether anything changed. */
  setDisabled(
    userId: string,
    disabled: { at: number; why?: string } | undefined,
    audit?: AuditOfUser,
  ): Promise<{ user: User; changed: boolean } | undefined>;
  /**
   * Sets or clears what SCIM, or a security event, says of the user; `by` is who says so. Never touches the local disabled
   * flag. `onlyBy` clears only what this one had said; ending in a colon, what any of these had said (`signals:`).
   */
  setDeactivated(
    userId: string,
    deactivated: { at: number; by: string } | undefined,
    audit?: AuditOfUser,
    onlyBy?: string,
  ): Promise<{ user: User; changed: boolean } | undefined>;
  listGroups(): Promise<readonly GroupSummary[]>;
  createGroup(name: string, now: number, audit?: () => readonly AuditRecord[]): Promise<{ created: boolean }>;
  /** Local membership; returns whether it changed, or undefined if there is no such user or group. */
  addLocalMembership(
    userId: string,
    group: string,
    now: number,
    audit?: AuditOfUser,
  ): Promise<boolean | undefined>;
  removeLocalMembership(
    userId: string,
    group: string,
    now: number,
    audit?: AuditOfUser,
  ): Promise<boolean | undefined>;
  /** How caches of snapshots learn what is no longer true; keys are user ids. Shape of sessions' Freshness. */
  readonly freshness: {
    check(): 'trusted' | 'ask';
    onInvalidated(listener: (userId: string | undefined) => void): void;
  };
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Events of a change, built from the user as the change leaves them. */
export type AuditOfUser = (user: User) => readonly AuditRecord[];

/** All that the directory knows of an audit event: what it indexes. The event itself is stored whole, as JSON. */
export interface AuditRecord {
  readonly type: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly userId?: string;
  readonly userName?: string;
  readonly reference?: string;
}

/** The event log, as audit declares it in its AuditStore. `E` is audit's event type; the directory only carries it. */
export interface AuditLog<E extends AuditRecord> {
  append(events: readonly E[]): Promise<void>;
  /** Oldest first among the newest `limit` (100) that match; `user` is an id, a user name or an email. */
  read(filter: {
    readonly since?: number;
    readonly type?: string;
    readonly user?: string;
    readonly reference?: string;
    /** Only records after this number. */
    readonly after?: number;
    /** The oldest ones of those that match, in place of the newest. */
    readonly oldest?: boolean;
    readonly limit?: number;
  }): Promise<readonly { readonly seq: number; readonly event: E }[]>;
}

/** What a login changes, as jit decides it (its CreatePlan and SyncPlan). */
export type LoginPlan = {
  readonly provider: string;
  readonly identity: IdentityKey;
  readonly profile: Profile;
  readonly idpRoles: readonly string[];
  readonly memberships: {
    readonly source: MembershipSource;
    readonly add: readonly string[];
    readonly remove: readonly string[];
  };
  readonly now: number;
  /** By which a first login at another provider may find this user. */
  readonly externalId?: string;
} & (
  | { readonly kind: 'create'; readonly unlessProvisioned?: ProvisionedQuery }
  | {
      readonly kind: 'sync';
      readonly userId: string;
      readonly expectedVersion: number;
      readonly changesUser: boolean;
    }
);

export interface CommittedLogin {
  /** The user as the login leaves them. */
  readonly user: User;
  readonly created: boolean;
  /** Memberships really written, and really taken away. */
  readonly added: readonly Membership[];
  readonly removed: readonly Membership[];
  /** Groups that did not exist before. */
  readonly groupsCreated: readonly string[];
}

/** The part of the directory that jit asks for. */
export interface LoginStore {
  findByIdentity(key: IdentityKey): Promise<User | undefined>;
  /** People whom SCIM made, by the first way of matching that knows anybody; see scim-provisioned.ts. */
  findProvisioned(query: ProvisionedQuery): Promise<readonly User[]>;
  /**
   * One transaction: all or nothing, `conflict` when the identity was created or the version moved since the decision.
   * `audit` is called when the login changes the user, and its events are stored in the same transaction.
   */
  commitLogin(
    plan: LoginPlan,
    audit?: (committed: CommittedLogin) => readonly AuditRecord[],
  ): Promise<({ kind: 'committed' } & CommittedLogin) | { kind: 'conflict' }>;
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
