/** What a verified document must fit: our side of the exchange. */
export interface Expected {
  readonly idpEntityId: string;
  readonly spEntityId: string;
  readonly acsUrl: string;
  /** ID of our AuthnRequest; undefined when there was none, which only a provider that allows unsolicited login gets to. */
  readonly requestId: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Difference of clocks that is tolerated, milliseconds. */
  readonly clockTolerance: number;
  /** Oldest AuthnInstant, milliseconds; undefined: any. */
  readonly maxAuthenticationAge: number | undefined;
}
