import type {
  IdentityKey,
  Membership,
  MembershipSource,
  Profile,
  RefusalReason,
  User,
} from '../identity/index.ts';

/** The part of a provider's file that JIT decides by. A provider's config fits it as it stands. */
export interface JitPolicy {
  /** Provider id. */
  readonly id: string;
  readonly admit: { readonly emailDomains: readonly string[]; readonly requireGroups: readonly string[] };
  readonly jit: {
    readonly create: boolean;
    /** Whether a first login may belong to somebody who is known by another provider. */
    readonly linkBy?: 'none' | 'verifiedEmail' | 'externalId';
    /** By domain: the providers whose people may be linked to, because they are trusted for that domain too. */
    readonly linkTo?: Readonly<Record<string, readonly string[]>>;
  };
  readonly groups: {
    readonly whenMissing: 'keep' | 'remove' | 'refuse';
    readonly map: readonly (readonly [idpName: string, group: string])[];
    readonly unmapped: 'ignore' | 'create';
  };
  /** Where the provider also provisions by SCIM. */
  readonly scim?: ScimPolicy | undefined;
}

export interface ScimPolicy {
  /** How people whom SCIM made are recognized at their first login; the first way that knows anybody decides. */
  readonly match: readonly ('subject' | 'userName' | 'email')[];
  /** `scim`: what the login claims of groups is not looked at. */
  readonly groupsFrom: 'scim' | 'claims' | 'both';
}

/** Who a first login may belong to besides: somebody an administrator added, or who has the same verified address. */
export interface LinkQuery {
  readonly provider: string;
  readonly subject: string;
  /** Only when the provider vouches for it and its file admits the domain. */
  readonly email: string | undefined;
  readonly byVerifiedEmail: boolean;
  /** An id that several providers send; only where the file links by it. */
  readonly externalId?: string | undefined;
}

/** Who among those whom SCIM made may be the one who signs in. */
export interface ProvisionedQuery {
  readonly provider: string;
  readonly match: readonly {
    /** The resource's externalId is the subject, its userName the user name, or one of its addresses the address. */
    readonly by: 'subject' | 'userName' | 'email';
    readonly value: string;
  }[];
}

/** Everything a login would change, decided before anything is touched. */
export interface CreatePlan extends LoginPlan {
  readonly kind: 'create';
  /** A conflict if SCIM made somebody meanwhile who answers to this: there is one user of a person, whoever is first. */
  readonly unlessProvisioned?: ProvisionedQuery;
}

export interface SyncPlan extends LoginPlan {
  readonly kind: 'sync';
  readonly userId: string;
  /** The user's version the decision was made on; apply refuses when it has moved. */
  readonly expectedVersion: number;
  /** False when profile, identities and memberships are already as the plan wants them. */
  readonly changesUser: boolean;
}

export interface LoginPlan {
  readonly provider: string;
  readonly identity: IdentityKey;
  readonly profile: Profile;
  readonly idpRoles: readonly string[];
  readonly memberships: MembershipChange;
  readonly now: number;
  /** By which a first login at another provider may find this user. */
  readonly externalId?: string;
}

/** Group names to add and remove under one source. Groups that do not exist yet are created. */
export interface MembershipChange {
  readonly source: MembershipSource;
  /** Code-unit order, no duplicates, none that the source grants already. */
  readonly add: readonly string[];
  /** Only what this very source grants. */
  readonly remove: readonly string[];
}

export type LoginDecision =
  | CreatePlan
  | SyncPlan
  | { readonly kind: 'refuse'; readonly reason: RefusalReason };

/** What a committed login did. */
export interface CommittedLogin {
  /** The user as the login leaves them. */
  readonly user: User;
  readonly created: boolean;
  /** Memberships really written, and really taken away. */
  readonly added: readonly Membership[];
  readonly removed: readonly Membership[];
  /** Groups that did not exist before. */
  readonly groupsCreated: readonly string[];
  /** The provider has SCIM, and this person, made by the login, is nobody whom it provisioned. */
  readonly unmatched?: true;
}

/** Builds the audit events of a committed login; they are stored in its transaction. Must not do any I/O. */
export type LoginRecorder<Event> = (committed: CommittedLogin) => readonly Event[];

/**
 * What jit needs of the directory. Both stores pass the same conformance suite.
 */
export interface JitStore<Event> {
  /** The user of this identity, or undefined. */
  findByIdentity(key: IdentityKey): Promise<User | undefined>;
  /** People whom SCIM made and who answer to the first way of matching that knows anybody. */
  findProvisioned?(query: ProvisionedQuery): Promise<readonly User[]>;
  /** People an administrator added who answer to the query; if there are none, those with that verified address. */
  findLinkable?(query: LinkQuery): Promise<readonly User[]>;
  /**
   * Carries the plan out in one transaction, its audit events included: all or nothing. `conflict` when the identity was
   * created, or the user's version moved, since the decision; nothing is changed then.
   */
  commitLogin(
    plan: CreatePlan | SyncPlan,
    record?: LoginRecorder<Event>,
  ): Promise<({ kind: 'committed' } & CommittedLogin) | { kind: 'conflict' }>;
}

export type LoginOutcome =
  | ({ readonly kind: 'admitted' } & CommittedLogin)
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly user: User | undefined };
