/** What a provider's file may allow by name although it is weak. */
export type Weak = 'sha1' | 'cbc' | 'rsa15';

/** What the file of a provider says must be signed. */
export type WantSigned = 'both' | 'assertion' | 'response';

/**
 * One assertion, as one parser saw it. Both locks fill it in on their own, and the two must be equal.
 * Values are byte for byte; nothing is interpreted yet.
 */
export interface SeenAssertion {
  readonly id: string | undefined;
  readonly version: string | undefined;
  readonly issueInstant: string | undefined;
  readonly issuer: string | undefined;
  readonly nameId: SeenNameId | undefined;
  readonly confirmations: readonly SeenConfirmation[];
  readonly conditions: SeenConditions | undefined;
  readonly statements: readonly SeenAuthnStatement[];
  /** In document order; a repeated name appears repeatedly. A value that is not plain text is `null`. */
  readonly attributes: readonly SeenAttribute[];
}

export interface SeenNameId {
  readonly value: string;
  readonly format: string | undefined;
  readonly nameQualifier: string | undefined;
  readonly spNameQualifier: string | undefined;
}

export interface SeenConfirmation {
  readonly method: string | undefined;
  readonly recipient: string | undefined;
  readonly inResponseTo: string | undefined;
  readonly notBefore: string | undefined;
  readonly notOnOrAfter: string | undefined;
}

export interface SeenConditions {
  readonly notBefore: string | undefined;
  readonly notOnOrAfter: string | undefined;
  /** One list for each AudienceRestriction. */
  readonly audiences: readonly (readonly string[])[];
}

export interface SeenAuthnStatement {
  readonly authnInstant: string | undefined;
  readonly sessionIndex: string | undefined;
  readonly sessionNotOnOrAfter: string | undefined;
  readonly classRef: string | undefined;
}

export interface SeenAttribute {
  readonly name: string | undefined;
  readonly values: readonly (string | null)[];
}

/** The Response around it. When it is not `signed`, none of it is believed: it can only lead to a refusal. */
export interface SeenResponse {
  readonly signed: boolean;
  readonly id: string;
  readonly destination: string | undefined;
  readonly inResponseTo: string | undefined;
  readonly issuer: string | undefined;
  readonly status: SeenStatus;
}

export interface SeenStatus {
  readonly code: string;
  readonly subCode: string | undefined;
  readonly message: string | undefined;
}
