import type { UserSnapshot } from '../directory/index.ts';
import { sessionRef, type SessionLogin } from '../sessions/index.ts';

/** What an assertion is made of. Times in milliseconds since the epoch. */
export interface AssertionFacts {
  readonly issuer: string;
  readonly audience: string;
  readonly user: UserSnapshot;
  readonly role: string;
  readonly login: SessionLogin;
  readonly digest: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Most bytes of the groups, as JSON. */
  readonly maxGroupsBytes: number;
}

/**
 * The claims of an assertion (RFC 7519; names as OpenID Connect Core 1.0, section 5.1, has them). `sid` names the session
 * and is of no use as one. What there is nothing of is left out; `groups` and `role` are always there.
 */
export function assertionClaims(facts: AssertionFacts): Readonly<Record<string, unknown>> {
  const { user, login } = facts;
  const { names, leftOut } = fittingGroups(user.groups, facts.maxGroupsBytes);
  return {
    iss: facts.issuer,
    aud: facts.audience,
    sub: user.id,
    ...(user.email !== undefined && { email: user.email, email_verified: user.emailVerified }),
    ...(user.displayName !== undefined && { name: user.displayName }),
    preferred_username: user.userName,
    groups: names,
    ...(leftOut > 0 && { groups_truncated: leftOut }),
    role: facts.role,
    sid: sessionRef(facts.digest),
    ...(login.authTimeStated === true && { auth_time: Math.floor(login.authenticatedAt / 1000) }),
    ...(login.acr !== undefined && { acr: login.acr }),
    iat: Math.floor(facts.issuedAt / 1000),
    exp: Math.floor(facts.expiresAt / 1000),
  };
}

/** Whole names only, in the order given; from the first that does not fit all are left out and counted. */
function fittingGroups(
  groups: readonly string[],
  maxBytes: number,
): { names: readonly string[]; leftOut: number } {
  let bytes = 2;
  for (const [index, group] of groups.entries()) {
    bytes += Buffer.byteLength(JSON.stringify(group), 'utf8') + 1;
    if (bytes > maxBytes) return { names: groups.slice(0, index), leftOut: groups.length - index };
  }
  return { names: groups, leftOut: 0 };
}
