import type { RefusalReason, RoleRule, User } from '../identity/index.ts';
import type { JitPolicy } from './types.ts';

/** What the last login of an identity brought, as far as rules are decided by it. */
export interface LastClaims {
  readonly issuer: string;
  readonly subject: string;
  readonly provider: string;
  /** Since when they are as they are, milliseconds since the epoch. */
  readonly at: number;
  readonly groups: readonly string[] | 'absent' | 'overage';
  readonly roles: readonly string[];
  /** Of the address, in comparable form. */
  readonly emailDomain: string | undefined;
  readonly emailVerified: boolean;
}

/** A provider's rules as a preview compares them; config's MappingRules fit as they stand. */
export type PreviewRules = JitPolicy & {
  readonly role: RoleRule;
  /** Where group names are taken from. */
  readonly reads: {
    readonly claims: readonly string[];
    readonly dn?: 'cn';
    readonly lookup?: { readonly kind: string; readonly when: string; readonly names: boolean };
  };
};

/** What other rules would make of one person at their next login at one provider. */
export interface PersonChange {
  readonly userId: string;
  readonly userName: string;
  readonly provider: string;
  readonly gains: readonly string[];
  readonly loses: readonly string[];
  readonly role?: { readonly before: string; readonly after: string };
  /** Would not come in any more, and why; `provider_removed`: the provider's file is gone. */
  readonly refused?: RefusalReason | 'provider_removed';
  /** Would come in; why they do not by the rules before. */
  readonly admitted?: RefusalReason;
  /**
   * By what it is known: the claims of the last login; where none are kept, the memberships that logins had granted; or
   * not at all, because group names would be taken from somewhere else.
   */
  readonly known: 'claims' | 'memberships' | 'not';
}

/** What other rules would make of the people of one provider. */
export interface ProviderTally {
  readonly provider: string;
  /** People who come in by the rules before. */
  readonly people: number;
  /** Of all people: those for whom anything changes. */
  readonly changed: number;
  /** Memberships of those people by the rules before. */
  readonly memberships: number;
  readonly gained: number;
  readonly lost: number;
  readonly refused: number;
  readonly roles: number;
  /** People of whom it cannot be told, because group names would be taken from somewhere else. */
  readonly untold: number;
  /**
   * The share, 0 to 1, of memberships that would go, or of people who would be refused, whichever is more. Who is refused
   * loses all; of whom it cannot be told, everything that logins granted counts as lost.
   */
  readonly share: number;
}

export interface Preview {
  readonly providers: readonly ProviderTally[];
  /** People looked at. */
  readonly people: number;
}

/** What a preview reads; nothing is written. */
export interface PreviewStore {
  listKnownLogins(page: {
    readonly providers: readonly string[];
    readonly after?: string | undefined;
    readonly limit: number;
  }): Promise<readonly { readonly user: User; readonly claims: readonly LastClaims[] }[]>;
}
