import type { AuditRecord } from './types.ts';

/** A token that a person made for their scripts, as the tokens room declares it. */
export interface ApiToken {
  readonly id: string;
  readonly userId: string;
  /** The provider by whose rules the person's role is found. */
  readonly provider: string;
  readonly name: string;
  /** base64url(SHA-256(token)). */
  readonly digest: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly lastUsedAt: number | undefined;
  readonly revokedAt: number | undefined;
}

/** The tokens room's TokenStore. A revocation invalidates what is remembered of the user, in every process. */
export interface ApiTokenStore {
  addToken(
    token: ApiToken,
    most: number,
    audit: () => readonly AuditRecord[],
  ): Promise<'added' | 'too_many' | 'no_user'>;
  findToken(digest: string): Promise<ApiToken | undefined>;
  listTokens(userId?: string): Promise<readonly ApiToken[]>;
  revokeToken(
    userId: string,
    id: string,
    at: number,
    audit: (token: ApiToken) => readonly AuditRecord[],
  ): Promise<ApiToken | undefined>;
  tokenUsed(id: string, at: number): Promise<void>;
}
