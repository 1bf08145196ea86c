import type { IdentityKey } from './assertion.ts';

/**
 * Who granted a membership. A login reconciles only what its own provider granted by login;
 * what an administrator or SCIM granted survives it.
 */
export type MembershipSource =
  | { readonly kind: 'local' }
  | { readonly kind: 'login'; readonly provider: string }
  | { readonly kind: 'scim'; readonly provider: string };

export interface Membership {
  /** Name of the group in Doorward's directory. */
  readonly group: string;
  readonly source: MembershipSource;
}

/** `local`, `login:okta`, `scim:okta`: the one written form of a source, in the database and in output. */
export function formatSource(source: MembershipSource): string {
  return source.kind === 'local' ? 'local' : `${source.kind}:${source.provider}`;
}

/** Reads what {@link formatSource} wrote. Throws a plain Error on anything else: the database is corrupt. */
export function parseSource(text: string): MembershipSource {
  if (text === 'local') return { kind: 'local' };
  const [kind, provider] = [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)];
  if ((kind === 'login' || kind === 'scim') && provider !== '') return { kind, provider };
  throw new Error(`unknown membership source ${JSON.stringify(text)}`);
}

/** What people see of a user; every login may change it, under the same identity. */
export interface Profile {
  readonly userName: string;
  readonly email?: string;
  readonly emailVerified: boolean;
  readonly displayName?: string;
  readonly givenName?: string;
  readonly familyName?: string;
  readonly locale?: string;
}

/**
 * May the user come in? Written once: *disabled locally* beats *deactivated by SCIM* beats *what a login claims*.
 * Both flags are kept apart, so that SCIM `active: true` never revives what an administrator switched off.
 */
export interface Standing {
  /** Set while an administrator has disabled the user; milliseconds since the epoch. */
  readonly disabledAt?: number;
  /** Set while SCIM has the user inactive or deleted; milliseconds since the epoch. */
  readonly deactivatedAt?: number;
}

/** The refusal that a user's standing calls for, or undefined when they may come in. */
export function standingRefusal(standing: Standing): 'disabled_locally' | 'deactivated_by_scim' | undefined {
  if (standing.disabledAt !== undefined) return 'disabled_locally';
  if (standing.deactivatedAt !== undefined) return 'deactivated_by_scim';
  return undefined;
}

/** A user as the directory holds them. */
export interface User extends Standing {
  /** UUIDv7 (RFC 9562), lower case. */
  readonly id: string;
  readonly profile: Profile;
  readonly identities: readonly (IdentityKey & { readonly provider: string })[];
  readonly memberships: readonly Membership[];
  /** Role names the identity provider gave at the last login (Entra app roles), by provider id. */
  readonly idpRoles: Readonly<Record<string, readonly string[]>>;
  /** Grows by one with every change to this user, memberships and standing included. */
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastLoginAt?: number;
}

/** Names of the groups a user is in, whatever the source: once each, in code-unit order. */
export function groupNames(memberships: readonly Membership[]): string[] {
  return [...new Set(memberships.map((membership) => membership.group))].sort();
}
