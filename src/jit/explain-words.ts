/** One step of a login, with what was found there, for people to read. */
export interface Step {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Where a key of the provider's file stands, `okta.yaml:14`, or undefined when the file does not say it. */
export type WhereIs = (key: string) => string | undefined;

/** ` (okta.yaml:14)`, or nothing where the file does not say it. */
export function at(whereIs: WhereIs, key: string | undefined): string {
  const place = key === undefined ? undefined : whereIs(key);
  return place === undefined ? '' : ` (${place})`;
}

export function quote(name: string): string {
  return JSON.stringify(name);
}
