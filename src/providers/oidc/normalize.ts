import type { OidcProviderConfig } from '../../config/index.ts';
import type { IdentityAssertion } from '../../identity/index.ts';
import { fullName, isUsableText } from '../claim-text.ts';
import { type Claims, readGroups, readNames, valueAt } from '../groups-claim.ts';
import { withReadableNames } from '../groups/index.ts';
import { isSubject } from './id-token.ts';
import { rejected } from './rejected.ts';

/** What was verified: the claims of the ID token, those of userinfo where it was asked, and the tokens themselves. */
export interface VerifiedAnswer {
  readonly idToken: Claims;
  readonly userinfo: Claims | undefined;
  readonly rawIdToken: string;
  readonly refreshToken: string | undefined;
}

/** The part of a provider's file that names what means what. */
export type NormalizeRules = Pick<OidcProviderConfig, 'id' | 'claims' | 'trustEmail'> & {
  readonly groups: Pick<OidcProviderConfig['groups'], 'claims' | 'dn'>;
};

export interface Normalized {
  readonly assertion: IdentityAssertion;
  /** What was found but could not be used, by label and claim name, for the log; never a value. */
  readonly problems: readonly string[];
}

/** Longest values, in UTF-8 bytes: of an address (RFC 5321: 64 + 1 + 255), and of anything else. */
const maxBytes = { email: 320, other: 1_000 } as const;
const maxMethods = 50;

/**
 * A verified answer as the IdentityAssertion that everything downstream works with. Pure.
 *
 * Who it is (issuer, subject) and the sign-in itself (sid, acr, amr, auth_time) come from the signed ID token alone; names,
 * address, groups and roles from the ID token first, then from userinfo. Values stay as they came: one that is no text,
 * is too long, or has control characters in it counts as not sent, and the next claim of the list is tried.
 *
 * @throws Failure `login_rejected` when there is no subject, or the groups are beyond all limits
 */
export function normalize(answer: VerifiedAnswer, rules: NormalizeRules): Normalized {
  const { idToken, userinfo } = answer;
  const { claims } = rules;
  const problems: string[] = [];
  const merged = mergedClaims(answer);

  const find = (names: readonly string[], limit: number = maxBytes.other): Found | undefined => {
    for (const name of names) {
      for (const source of [idToken, userinfo]) {
        const value = source === undefined ? undefined : textOf(valueAt(source, name));
        if (value === undefined || source === undefined) continue;
        if (typeof value === 'string' && isUsableText(value, limit)) return { name, source, value };
        problems.push(`claims.unusable: ${name}`);
      }
    }
    return undefined;
  };
  const issuer = idToken['iss'];
  if (typeof issuer !== 'string') throw rejected('iss');
  const subject = subjectOf(idToken, claims.subject);
  const email = find(claims.email, maxBytes.email);
  const groups = readGroups(merged, rules.groups.claims);
  const roles = readNames(merged, 'roles');
  problems.push(...groups.problems, ...roles.problems);
  const given = find(claims.givenName)?.value;
  const family = find(claims.familyName)?.value;
  const displayName = find(claims.displayName)?.value ?? fullName(given, family);
  const locale = find(['locale'])?.value;
  const externalId = find(claims.externalId ?? [])?.value;
  const own = (name: string): string | undefined => {
    const value = idToken[name];
    return typeof value === 'string' && value !== '' && isUsableText(value, maxBytes.other)
      ? value
      : undefined;
  };
  const [sid, acr] = [own('sid'), own('acr')];
  const authenticatedAt = idToken['auth_time'] ?? idToken['iat'];
  if (typeof authenticatedAt !== 'number') throw rejected('iat');

  const assertion: IdentityAssertion = {
    provider: rules.id,
    issuer,
    subject,
    userName: find(claims.userName)?.value ?? email?.value ?? subject,
    ...(email !== undefined && { email: email.value }),
    emailVerified: email !== undefined && isVouchedFor(email, rules.trustEmail),
    ...(displayName !== undefined && { displayName }),
    ...(given !== undefined && { givenName: given }),
    ...(family !== undefined && { familyName: family }),
    ...(locale !== undefined && { locale }),
    ...(externalId !== undefined && { externalId }),
    groups: withReadableNames(groups.groups, rules.groups),
    roles: roles.names ?? [],
    ...(typeof idToken['iat'] === 'number' && { issuedAt: Math.floor(idToken['iat'] * 1000) }),
    authenticatedAt: Math.floor(authenticatedAt * 1000),
    ...(idToken['auth_time'] !== undefined && { authTimeStated: true }),
    ...(acr !== undefined && { acr }),
    amr: methodsOf(idToken['amr']),
    idpSession: {
      idToken: answer.rawIdToken,
      ...(sid !== undefined && { sid }),
      ...(answer.refreshToken !== undefined && { refreshToken: answer.refreshToken }),
    },
  };
  return { assertion, problems: [...new Set(problems)] };
}

/** The claims of both, those of the ID token before those of userinfo. Not copied where nothing is to be merged: they may be many. */
export function mergedClaims({ idToken, userinfo }: Pick<VerifiedAnswer, 'idToken' | 'userinfo'>): Claims {
  return userinfo === undefined ? idToken : { ...userinfo, ...idToken };
}

interface Found {
  readonly name: string;
  readonly source: Claims;
  readonly value: string;
}

/** Not sent: undefined, null, the empty string, an empty list. A list (Azure AD B2C's `emails`) gives its first element. */
function textOf(value: unknown): unknown {
  const single: unknown = Array.isArray(value) ? value[0] : value;
  return single === null || single === '' ? undefined : single;
}

/** The first claim that is there decides; it is never skipped over, which would make another person of the same one. */
function subjectOf(idToken: Claims, names: readonly string[]): string {
  for (const name of names) {
    const value = valueAt(idToken, name);
    if (value === undefined) continue;
    if (!isSubject(value)) throw rejected('subject');
    return value;
  }
  throw rejected('subject');
}

/**
 * Does the provider vouch for this address? `email_verified` speaks of the claim `email` beside it, in the same token, and
 * of no other; some providers send it as text. `trustEmail` fills in where nothing was said, never against a "false".
 */
function isVouchedFor(email: Found, trustEmail: boolean): boolean {
  const said = email.name === 'email' ? email.source['email_verified'] : undefined;
  if (said === undefined) return trustEmail;
  return said === true || said === 'true';
}

function methodsOf(amr: unknown): readonly string[] {
  const methods: readonly unknown[] = Array.isArray(amr) ? amr : [amr];
  const usable = methods.filter(
    (method): method is string => typeof method === 'string' && method !== '' && isUsableText(method, 100),
  );
  return usable.slice(0, maxMethods);
}
