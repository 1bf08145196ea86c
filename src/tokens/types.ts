/** A token that a person made for their scripts, as it is stored: everything but the token itself. */
export interface PersonalToken {
  readonly id: string;
  readonly userId: string;
  /** The provider by whose rules the person's role is found. */
  readonly provider: string;
  readonly name: string;
  /** base64url(SHA-256(token)). */
  readonly digest: string;
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly lastUsedAt: number | undefined;
  readonly revokedAt: number | undefined;
}

/** What the audit log is told. */
export interface TokenEvent {
  readonly type: 'token.created' | 'token.revoked';
  readonly at: number;
  readonly actor: TokenActor;
  readonly userId: string;
  readonly provider: string;
  readonly tokenId: string;
  readonly tokenName: string;
}

/** Who did it, in audit's words. */
export interface TokenActor {
  readonly kind: 'person' | 'command' | 'admin';
  readonly name?: string;
}

/** What tokens needs of the directory. Every method rejects with Failure('store_unavailable') when it does not answer. */
export interface TokenStore {
  /** Adds a token unless the person has `most` live ones. The event is stored in the same transaction. */
  addToken(
    token: PersonalToken,
    most: number,
    audit: () => readonly TokenEvent[],
  ): Promise<'added' | 'too_many' | 'no_user'>;
  /** Newest first; of everybody without a user id. */
  listTokens(userId?: string): Promise<readonly PersonalToken[]>;
  /** Revokes a person's own token; once it resolves, no process admits it. Undefined when there is none to revoke. */
  revokeToken(
    userId: string,
    id: string,
    at: number,
    audit: (token: PersonalToken) => readonly TokenEvent[],
  ): Promise<PersonalToken | undefined>;
}
