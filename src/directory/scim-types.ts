import type { Profile } from '../identity/index.ts';
import type { ScimMatch } from './scim-match.ts';
import type { AuditRecord } from './types.ts';

/**
 * What provisioning clients wrote, in the same database as the people it stands for. Everything belongs to one provider,
 * and no method sees another one's. `resource` is JSON that scim writes and reads; the directory knows the columns only.
 *
 * Methods that change something are one transaction, their audit events and the change log included. `decide` is called
 * inside it with the row as it is, locked; what it throws rolls everything back. It must not do any I/O.
 */
export interface ScimStore {
  createUser(plan: NewScimUser, audit?: AuditOf<ScimUserChange>): Promise<CreatedScimUser>;
  findUser(provider: string, id: string, withGroups: boolean): Promise<ScimShownUser | undefined>;
  /** `decide` returns the new content, or undefined for no change. The answer is undefined when there is no such user. */
  changeUser(
    key: ScimKey,
    decide: (record: ScimUserRecord) => ScimUserContent | undefined,
    options: { readonly withGroups: boolean; readonly now: number },
    audit?: AuditOf<ScimUserChange>,
  ): Promise<
    { readonly record: ScimUserRecord; readonly changed: boolean } | { readonly taken: true } | undefined
  >;
  /** The resource goes; the person stays, deactivated. `check` may throw. */
  deleteUser(
    key: ScimKey,
    check: (record: ScimUserRecord) => void,
    now: number,
    audit?: AuditOf<ScimUserDeletion>,
  ): Promise<ScimUserRecord | undefined>;
  listUsers(
    provider: string,
    page: ScimPage & { readonly withGroups: boolean },
  ): Promise<readonly ScimShownUser[]>;

  createGroup(plan: NewScimGroup, audit?: AuditOf<ScimGroupChange>): Promise<CreatedScimGroup>;
  findGroup(provider: string, id: string): Promise<ScimGroupRecord | undefined>;
  changeGroup(
    key: ScimKey,
    decide: (record: ScimGroupRecord) => ScimGroupPlan,
    options: {
      readonly now: number;
      /** It may touch thousands of people: it has longer, and goes alone. */
      readonly many: boolean;
    },
    audit?: AuditOf<ScimGroupChange>,
  ): Promise<
    | { readonly record: ScimGroupRecord; readonly changed: boolean }
    | { readonly taken: true }
    | { readonly unknownMember: string }
    | undefined
  >;
  /**
   * The group goes, and with it the memberships that it alone granted; its users stay. A large one goes in several
   * transactions, the group itself in the last (`isGone`); whoever asks again goes on where it was interrupted.
   */
  deleteGroup(
    key: ScimKey,
    check: (record: ScimGroupRecord) => void,
    now: number,
    audit?: (outcome: ScimGroupChange, isGone: boolean) => readonly AuditRecord[],
  ): Promise<ScimGroupRecord | undefined>;
  listGroups(provider: string, page: ScimPage): Promise<readonly ScimGroupRecord[]>;
  /** Members in the order of their ids, a page at a time. */
  listMembers(
    groupId: string,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<readonly ScimMember[]>;

  /** Living resources; with a condition they are counted, without they are known. */
  count(provider: string, kind: 'user' | 'group', where: ScimCondition | undefined): Promise<number>;
  report(provider: string): Promise<ScimReport>;
}

/** How what SCIM made and who signs in fit together. */
export interface ScimReport {
  readonly users: number;
  readonly inactive: number;
  readonly groups: number;
  /** Made by SCIM, and no sign-in with the provider was ever theirs. */
  readonly neverSignedIn: ScimPeople;
  /** Signed in with the provider, and SCIM has not made them. */
  readonly notProvisioned: ScimPeople;
}

export interface ScimPeople {
  readonly total: number;
  /** The first of them. */
  readonly people: readonly { readonly userId: string; readonly userName: string }[];
}

/** One resource of one provider. */
export interface ScimKey {
  readonly provider: string;
  readonly id: string;
}

export type AuditOf<Outcome> = (outcome: Outcome) => readonly AuditRecord[];

/** A provisioned user as it is shown; times are milliseconds since the epoch. */
export interface ScimShownUser {
  readonly id: string;
  readonly resource: string;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Only when asked for: the SCIM groups, in the order of their names. */
  readonly groups: readonly { readonly id: string; readonly displayName: string }[];
}

/** A provisioned user as it is stored. */
export interface ScimUserRecord extends ScimShownUser {
  /** The Doorward user that it stands for. */
  readonly userId: string;
  readonly externalId: string | undefined;
  readonly userName: string;
  readonly active: boolean;
}

/** All that a client may change of a user, and what follows from it for the person. */
export interface ScimUserContent {
  readonly userName: string;
  readonly externalId: string | undefined;
  readonly active: boolean;
  readonly resource: string;
  /** Undefined: as they are. */
  readonly emails: readonly string[] | undefined;
  /** What the client says of the person; undefined: nothing that it has not said before. */
  readonly profile: Profile | undefined;
}

export interface NewScimUser {
  readonly provider: string;
  readonly content: ScimUserContent;
  /** How somebody who signed in with this provider before is recognized; one must match, in whatever way comes first. */
  readonly match: readonly ScimMatch[];
  /** A person whose resource was deleted: found again, or a new person. */
  readonly onReturn: 'restore' | 'new';
  readonly now: number;
}

export type CreatedScimUser =
  | {
      readonly kind: 'created';
      readonly record: ScimUserRecord;
      readonly person: 'new' | 'known' | 'returned';
    }
  /** Another living resource has the user name, or stands for the person already. */
  | { readonly kind: 'taken'; readonly what: 'userName' | 'person' }
  /** Two people match. */
  | { readonly kind: 'ambiguous' };

/** What a request did to a user. */
export interface ScimUserChange {
  readonly record: ScimUserRecord;
  /** As before; undefined for a new resource. */
  readonly before: ScimUserRecord | undefined;
  /** A new person, one who was here already, or one who came back; undefined when the resource was there. */
  readonly person: 'new' | 'known' | 'returned' | undefined;
  /** Profile fields of the person that changed. */
  readonly fields: readonly string[];
  /** The person who had the identity until now, where a new one takes their place. */
  readonly replaced: string | undefined;
}

export interface ScimUserDeletion {
  /** As it was. */
  readonly record: ScimUserRecord;
  /** Doorward groups that the person left with it. */
  readonly left: readonly string[];
}

export interface ScimGroupRecord {
  readonly id: string;
  readonly externalId: string | undefined;
  readonly displayName: string;
  /** The Doorward group that its members are in by it. */
  readonly granted: string | undefined;
  readonly resource: string;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface ScimGroupContent {
  readonly displayName: string;
  readonly externalId: string | undefined;
  readonly granted: string | undefined;
  readonly resource: string;
}

/** A member, with the label that the client gave them there. */
export interface ScimMember {
  readonly id: string;
  readonly display: string | undefined;
}

export interface NewScimGroup {
  readonly provider: string;
  readonly content: ScimGroupContent;
  readonly members: readonly ScimMember[];
  readonly now: number;
}

export type CreatedScimGroup =
  | { readonly kind: 'created'; readonly record: ScimGroupRecord }
  | { readonly kind: 'taken' }
  | { readonly kind: 'unknown_member'; readonly id: string };

/** What is to become of a group; undefined parts stay as they are. */
export interface ScimGroupPlan {
  readonly content: ScimGroupContent | undefined;
  readonly members: MemberDelta | undefined;
}

/** A change of members in rows: never the whole list, unless the client sent one. */
export interface MemberDelta {
  /** Everybody else leaves. */
  readonly clear: boolean;
  /** Who is in already stays as they are. */
  readonly join: readonly ScimMember[];
  readonly leave: readonly string[];
}

/** One person's way into or out of something. */
export interface ScimMoved {
  readonly userId: string;
  readonly userName: string;
}

export interface ScimGroupChange {
  readonly record: ScimGroupRecord;
  readonly before: ScimGroupRecord | undefined;
  /** Members that really joined and left. */
  readonly joined: number;
  readonly left: number;
  /** Memberships in Doorward groups that came and went with it. */
  readonly granted: readonly (ScimMoved & { readonly group: string })[];
  readonly revoked: readonly (ScimMoved & { readonly group: string })[];
  /** A Doorward group that did not exist before. */
  readonly groupCreated: string | undefined;
}

/** A condition that the database answers exactly. */
export type ScimCondition =
  | { readonly all: readonly ScimCondition[] }
  | { readonly any: readonly ScimCondition[] }
  | { readonly never: true }
  | { readonly ids: readonly string[] }
  | {
      /** `member`: groups that this SCIM user is in; `group`: users that are in this SCIM group. */
      readonly field: 'id' | 'externalId' | 'userName' | 'email' | 'displayName' | 'member' | 'group';
      readonly is: string;
    }
  | { readonly field: 'active'; readonly is: boolean }
  | { readonly field: 'changed'; readonly op: '=' | '<' | '<=' | '>' | '>='; readonly at: number };

export interface ScimPage {
  readonly where: ScimCondition | undefined;
  /** Only ids after this one. */
  readonly after?: string | undefined;
  readonly offset?: number | undefined;
  readonly limit: number;
}
