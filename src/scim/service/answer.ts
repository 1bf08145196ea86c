/** JSON that is written as it is: what is stored as text is not read to be written again. */
export interface JsonText {
  readonly text: string;
}

/** What a request is answered with; the router writes it. */
export interface Answer {
  readonly status: 200 | 201 | 204 | 304;
  readonly body?: object;
  /** In place of `body`. */
  readonly json?: JsonText;
  readonly location?: string;
  readonly etag?: string;
}

/** Conditions of one request (RFC 9110, section 13.1). */
export interface Conditions {
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

export const noConditions: Conditions = { ifMatch: undefined, ifNoneMatch: undefined };
