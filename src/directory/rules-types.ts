import type { User } from '../identity/index.ts';
import type { AuditRecord } from './types.ts';

/** What the last login of an identity brought, as far as rules are decided by it: no name, no address, no token. */
export interface LastClaims {
  readonly issuer: string;
  readonly subject: string;
  readonly provider: string;
  /** Since when they are as they are, milliseconds since the epoch. */
  readonly at: number;
  /** As the provider calls them. */
  readonly groups: readonly string[] | 'absent' | 'overage';
  readonly roles: readonly string[];
  /** Of the address, in comparable form. */
  readonly emailDomain: string | undefined;
  readonly emailVerified: boolean;
}

/** A user, and what is known of their logins at the providers that were asked for. */
export interface KnownLogins {
  readonly user: User;
  readonly claims: readonly LastClaims[];
}

/** What rules did with people who came before, kept for the question what other rules would do. */
export interface LastClaimsStore {
  /** Keeps what is new. Identities that the directory does not know are left out. */
  keepClaims(claims: readonly LastClaims[]): Promise<void>;
  claimsOf(userId: string): Promise<readonly LastClaims[]>;
  /** People who have signed in with one of these providers, by id; `after` is the last id of the page before. */
  listKnownLogins(page: {
    readonly providers: readonly string[];
    readonly after?: string | undefined;
    readonly limit: number;
  }): Promise<readonly KnownLogins[]>;
  countKnownLogins(providers: readonly string[]): Promise<number>;
}

/** The rules of a configuration, without anything secret. */
export interface KeptRules {
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly rules: unknown;
}

export interface RulesStore {
  /** The rules that a gateway took over last. */
  rulesInForce(): Promise<KeptRules | undefined>;
  putRules(rules: KeptRules): Promise<void>;
  /** An administrator has seen what these rules do, and wants them. */
  acceptRules(version: string, at: number, audit?: () => readonly AuditRecord[]): Promise<void>;
  areAccepted(version: string): Promise<boolean>;
}
