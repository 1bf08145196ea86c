import type { SamlProviderConfig } from '../../config/index.ts';
import type { GroupsClaim, IdentityAssertion } from '../../identity/index.ts';
import { fullName, isUsableText } from '../claim-text.ts';
import { readGroups, readNames, type Claims } from '../groups-claim.ts';
import { withReadableNames } from '../groups/index.ts';
import type { VerifiedLogin } from './after/index.ts';
import { personIssuer } from './person-issuer.ts';
import { rejected } from './rejected.ts';
import { transientNameId } from './xml/names.ts';

/** The part of a provider's file that names what means what. */
export type NormalizeRules = Pick<SamlProviderConfig, 'id' | 'attributes' | 'trustEmail' | 'personIssuer'> & {
  readonly groups: Pick<SamlProviderConfig['groups'], 'claims' | 'dn'>;
};

export interface Normalized {
  readonly assertion: IdentityAssertion;
  /** What was found but could not be used, by label and attribute name, for the log; never a value. */
  readonly problems: readonly string[];
}

/** Longest values, in UTF-8 bytes: of an address (RFC 5321: 64 + 1 + 255), and of anything else. */
const maxBytes = { email: 320, other: 1_000 } as const;
/** Entra's app roles. */
const rolesAttribute = 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role';
/** Entra sends this in place of the groups when there are more than 150. */
const groupsLink = 'http://schemas.microsoft.com/claims/groups.link';

/**
 * A verified login as the IdentityAssertion that everything downstream works with. Pure. Values stay byte for byte:
 * nothing is trimmed, split or lower-cased; one with control characters, or too long, counts as not sent.
 *
 * @throws Failure `login_rejected` when there is no lasting subject to know the person by
 */
export function normalize(login: VerifiedLogin, rules: NormalizeRules): Normalized {
  const { attributes, authentication, nameId } = login;
  const problems: string[] = [];
  const first = (names: readonly string[], limit: number = maxBytes.other): string | undefined => {
    for (const name of names) {
      const values = name === 'NameID' ? [nameId.value] : (attributes.get(name) ?? []);
      const usable = values.find((value) => value !== '' && isUsableText(value, limit));
      if (usable !== undefined) return usable;
      if (values.some((value) => value !== '')) problems.push(`attributes.unusable: ${name}`);
    }
    return undefined;
  };
  const given = first(rules.attributes.givenName);
  const family = first(rules.attributes.familyName);
  const displayName = first(rules.attributes.displayName) ?? fullName(given, family);
  const externalId = first(rules.attributes.externalId ?? []);
  const subject = findSubject(login, rules.attributes.subject);
  const email = first(rules.attributes.email, maxBytes.email);
  const claims: Claims = Object.fromEntries(attributes);
  const groups = withReadableNames(groupsOf(claims, rules.groups.claims, problems), rules.groups);
  const roles = readNames(claims, rolesAttribute);
  problems.push(...roles.problems);
  const assertion: IdentityAssertion = {
    provider: rules.id,
    issuer: personIssuer(login.issuer, rules),
    subject,
    userName: first(rules.attributes.userName) ?? email ?? subject,
    ...(email !== undefined && { email }),
    emailVerified: email !== undefined && rules.trustEmail,
    ...(displayName !== undefined && { displayName }),
    ...(given !== undefined && { givenName: given }),
    ...(family !== undefined && { familyName: family }),
    ...(externalId !== undefined && { externalId }),
    groups,
    roles: roles.names ?? [],
    issuedAt: login.issuedAt,
    authenticatedAt: authentication.at,
    authTimeStated: true,
    ...(authentication.classRef !== undefined && { acr: authentication.classRef }),
    amr: [],
    idpSession: {
      ...(authentication.sessionIndex !== undefined && { sessionIndex: authentication.sessionIndex }),
      ...(authentication.expiresAt !== undefined && { expiresAt: authentication.expiresAt }),
      nameId: {
        value: nameId.value,
        ...(nameId.format !== undefined && { format: nameId.format }),
        ...(nameId.nameQualifier !== undefined && { nameQualifier: nameId.nameQualifier }),
        ...(nameId.spNameQualifier !== undefined && { spNameQualifier: nameId.spNameQualifier }),
      },
    },
  };
  return { assertion, problems };
}

/** The first source that gives a value; a NameID made up for this one login is not a subject. */
function findSubject({ attributes, nameId }: VerifiedLogin, sources: readonly string[]): string {
  for (const name of sources) {
    if (name === 'NameID') {
      if (nameId.format === transientNameId) throw rejected('subject.transient');
      return usableSubject(nameId.value);
    }
    const [value, ...more] = attributes.get(name) ?? [];
    if (more.length > 0) throw rejected('subject.several');
    if (value !== undefined && value !== '') return usableSubject(value);
  }
  throw rejected('subject.missing');
}

/** A subject is used whole or not at all. */
function usableSubject(value: string): string {
  if (!isUsableText(value, maxBytes.other)) throw rejected('subject.unusable');
  return value;
}

/** An attribute that is there but empty is `present([])`; Entra's link in place of the list is `overage`. */
function groupsOf(claims: Claims, names: readonly string[], problems: string[]): GroupsClaim {
  const reading = readGroups(claims, names);
  problems.push(...reading.problems);
  return names.length > 0 && Object.hasOwn(claims, groupsLink) ? { kind: 'overage' } : reading.groups;
}
