/** One exchange of a suite that somebody else wrote, and what the suite makes of the answer. */
export interface Verdict {
  readonly suite: string;
  readonly name: string;
  /** What did not hold, in the suite's own words; empty: everything did. */
  readonly failures: readonly string[];
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Where a suite is replayed against. */
export interface Target {
  /** URL of `/scim/v2`. */
  readonly url: string;
  readonly token: string;
}

/** Replaces `{{name}}` by the variable; what no variable has stays as it is. */
export function fillIn(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\{\{([^}]+)\}\}/g, (whole, name: string) => variables.get(name) ?? whole);
}

export async function ask(
  method: string,
  url: string,
  headers: Record<string, string>,
  body: string | undefined,
): Promise<Answer> {
  const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) });
  return { status: response.status, text: await response.text() };
}

/** The value at a dotted path with indexes, `Resources[0].name.givenName`; undefined when there is none. */
export function at(value: unknown, path: string): unknown {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== '');
  return keys.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[key] : undefined,
    value,
  );
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
