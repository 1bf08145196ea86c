/** One way to recognize a person; all values are compared as the directory compares them elsewhere. */
export interface ScimMatch {
  /** externalId and subject, both user names, or both addresses; of people, only verified addresses are looked at. */
  readonly by: 'subject' | 'userName' | 'email';
  readonly value: string;
}

/** Who may be one of those whom a provider's SCIM client made; jit's query fits it as it stands. */
export interface ProvisionedQuery {
  readonly provider: string;
  readonly match: readonly ScimMatch[];
}
