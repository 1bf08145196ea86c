import type { IncomingHttpHeaders } from 'node:http';

/** Who asks, as the gateway in front says. */
export interface Visitor {
  readonly user: string;
  readonly email: string;
  readonly preferredUsername: string;
  readonly name: string;
  readonly groups: readonly string[];
}

/**
 * Reads the identity headers. This is all that an application has to do:
 * the bytes are UTF-8 (Node hands them over one byte a character), and what would be ambiguous is percent-encoded.
 */
export function visitorOf(headers: IncomingHttpHeaders): Visitor | undefined {
  const read = (name: string): string => utf8(headers[`x-auth-request-${name}`]);
  const user = decodeURIComponent(read('user'));
  if (user === '') return undefined;
  return {
    user,
    email: decodeURIComponent(read('email')),
    preferredUsername: decodeURIComponent(read('preferred-username')),
    name: decodeURIComponent(read('name')),
    // Split first, decode after: a comma inside a name arrives as %2C.
    groups: read('groups')
      .split(',')
      .filter((group) => group !== '')
      .map((group) => decodeURIComponent(group)),
  };
}

/** A header's value as text: Node reads each byte as one latin1 character. */
export function utf8(value: string | readonly string[] | undefined): string {
  const raw = Array.isArray(value) ? value.join(',') : ((value as string | undefined) ?? '');
  return Buffer.from(raw, 'latin1').toString('utf8');
}
