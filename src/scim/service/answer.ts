/** What a request is answered with; the router writes it. */
export interface Answer {
  readonly status: 200 | 201 | 204 | 304;
  readonly body?: object;
  readonly location?: string;
  readonly etag?: string;
}

/** `attributes` and conditions of one request. */
export interface Conditions {
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

export const noConditions: Conditions = { ifMatch: undefined, ifNoneMatch: undefined };
