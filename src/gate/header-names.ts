import type { HeadersConfig } from '../config/index.ts';

/** Names of the identity headers of one set; the application gets every one of them on every admission. */
export interface IdentityHeaderNames {
  readonly user: string;
  readonly email: string;
  readonly preferredUsername: string;
  readonly name: string;
  readonly groups: string;
  /** How many groups the limit left out; empty when all are there. */
  readonly groupsTruncated: string;
  readonly role: string;
}

const sets: Readonly<Record<HeadersConfig['set'], IdentityHeaderNames>> = {
  'x-auth-request': namesBehind('X-Auth-Request'),
  'remote-user': namesBehind('Remote'),
};

function namesBehind(start: string): IdentityHeaderNames {
  return {
    user: `${start}-User`,
    email: `${start}-Email`,
    preferredUsername: `${start}-Preferred-Username`,
    name: `${start}-Name`,
    groups: `${start}-Groups`,
    groupsTruncated: `${start}-Groups-Truncated`,
    role: `${start}-Role`,
  };
}

/** The JWT that an application can check on its own. */
export const assertionHeader = 'X-Doorward-Assertion';

/** The header names of a configured set. */
export function identityHeaderNames(set: HeadersConfig['set']): IdentityHeaderNames {
  return sets[set];
}

const ours =
  /^(?:x-auth-request-|x-doorward-|remote-(?:user|email|preferred-username|name|groups|role)(?:-|$))/;
/** What other gateways call the same things: an application may listen to these too. */
const neighbours =
  /^x-(?:forwarded|remote)-(?:user|email|preferred-username|name|groups|role|access-token)(?:-|$)/;

/**
 * Is this the name of a header that tells an application who is there? In any case, and with `_` or `.` for `-`,
 * because CGI, WSGI and PHP fold all of these into one variable.
 */
export function isIdentityHeader(name: string): boolean {
  const folded = foldHeaderName(name);
  return ours.test(folded) || neighbours.test(folded);
}

/** The form in which two spellings of a header name are the same to an application: lower case, `-` for `_` and `.`. */
export function foldHeaderName(name: string): string {
  return name.toLowerCase().replaceAll(/[_.]/g, '-');
}
