import type { AuditRecord } from './types.ts';

/** Credentials of provisioning clients. Only digests are kept. */
export interface ScimTokenStore {
  add(token: ScimToken, audit?: () => readonly AuditRecord[]): Promise<void>;
  /** With the client that an access token was issued to. */
  find(
    id: string,
  ): Promise<{ readonly token: ScimToken; readonly client: ScimToken | undefined } | undefined>;
  /** Bearer tokens and clients, the oldest first; of one provider, or of all. */
  list(provider: string | undefined): Promise<readonly ScimToken[]>;
  /** False when there is none by that id, or it was revoked before. What was issued to a client ends with it. */
  revoke(id: string, at: number, audit?: () => readonly AuditRecord[]): Promise<boolean>;
  /** Notes a use, at most once a minute. */
  used(id: string, at: number): Promise<void>;
  /** True for the first process that warns of this token's end at this distance in days. */
  warn(id: string, days: number): Promise<boolean>;
  /** Forgets access tokens that ended before. */
  prune(before: number): Promise<void>;
}

/** Times are milliseconds since the epoch. */
export interface ScimToken {
  readonly id: string;
  readonly provider: string;
  /** A static bearer token, an OAuth client, or an access token issued to one. */
  readonly kind: 'bearer' | 'client' | 'access';
  readonly name: string;
  /** base64url(SHA-256) of the whole secret. */
  readonly digest: string;
  readonly clientId: string | undefined;
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
  readonly lastUsedAt: number | undefined;
  readonly revokedAt: number | undefined;
}

/** What clients did lately, for `doorward scim status`. Counted in memory first, and written now and then. */
export interface ScimActivityStore {
  /** Adds to what is there. */
  note(activities: readonly ScimActivity[]): Promise<void>;
  read(provider: string | undefined): Promise<readonly ScimActivity[]>;
}

export interface ScimActivity {
  readonly provider: string;
  /** `request`, `refused`, or what was done or refused: `POST /Users`, `400 invalidFilter`. */
  readonly what: string;
  readonly total: number;
  readonly lastAt: number;
  /** The last refusal's reason. */
  readonly detail: string | undefined;
}
