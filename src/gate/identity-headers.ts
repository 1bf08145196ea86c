import type { HeadersConfig } from '../config/index.ts';
import type { UserSnapshot } from '../directory/index.ts';
import { identityHeaderNames } from './header-names.ts';

/**
 * Identity headers of a user, name then value, alternating, ready for `writeHead`. Every header of the set is there,
 * empty where there is nothing, so that a client's own header never shows through a proxy that copies ours.
 *
 * Encoding: UTF-8 bytes (one latin1 character each, as node:http writes header values), with `%`, control
 * characters and outer spaces percent-encoded (RFC 3986, section 2.1); in the list of groups `,` as well. So
 * `decodeURIComponent` restores every value, and a list is split at `,` first.
 */
export function identityHeaders(user: UserSnapshot, role: string, config: HeadersConfig): string[] {
  const names = identityHeaderNames(config.set);
  const groups = groupList(user.groups, config.maxGroupsBytes);
  const who = { id: user.id, userName: user.userName, email: user.email }[config.user];
  return [
    names.user,
    headerValue(who),
    names.email,
    headerValue(user.email),
    names.preferredUsername,
    headerValue(user.userName),
    names.name,
    headerValue(user.displayName),
    names.groups,
    groups.value,
    names.groupsTruncated,
    groups.leftOut === 0 ? '' : String(groups.leftOut),
    names.role,
    headerValue(role),
  ];
}

/** The same headers for somebody who is not signed in: every one of them, empty. */
export function noIdentityHeaders(config: Pick<HeadersConfig, 'set'>): string[] {
  return Object.values(identityHeaderNames(config.set)).flatMap((name) => [name, '']);
}

/**
 * The groups as one list, at most `maxBytes` long. Whole names only, in the order given; from the first that does
 * not fit, all others are left out and counted. A name is never cut, so that no other group's name can come of it.
 */
export function groupList(groups: readonly string[], maxBytes: number): { value: string; leftOut: number } {
  let value = '';
  for (const [index, group] of groups.entries()) {
    const name = headerValue(group).replaceAll(',', '%2C');
    const longer = index === 0 ? name : `${value},${name}`;
    if (longer.length > maxBytes) return { value, leftOut: groups.length - index };
    value = longer;
  }
  return { value, leftOut: 0 };
}

/** One value encoded for the wire (see {@link identityHeaders}); empty for undefined. Never CR, LF or NUL. */
export function headerValue(text: string | undefined): string {
  if (text === undefined || text === '') return '';
  const escaped = text
    .replaceAll(/[%\p{Cc}]/gu, (character) => percentEncoded(character))
    .replaceAll(/^\s+|\s+$/g, (space) => percentEncoded(space));
  return Buffer.from(escaped, 'utf8').toString('latin1');
}

function percentEncoded(text: string): string {
  return Buffer.from(text, 'utf8').toString('hex').toUpperCase().replaceAll(/../g, '%$&');
}
