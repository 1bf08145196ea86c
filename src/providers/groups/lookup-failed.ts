/** Why nobody knows the groups. The label is for logs, such as `graph.http_403`. */
export class LookupFailed extends Error {
  readonly detail: string;

  constructor(detail: string, cause?: unknown) {
    super(detail, cause === undefined ? undefined : { cause });
    this.name = 'LookupFailed';
    this.detail = detail;
  }
}
