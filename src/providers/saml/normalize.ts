import type { GroupsClaim, IdentityAssertion } from '../../identity/index.ts';
import type { SamlProviderConfig } from '../../config/index.ts';
import type { VerifiedLogin } from './after/index.ts';
import { rejected } from './rejected.ts';
import { transientNameId } from './xml/names.ts';

/** The part of a provider's file that names what means what. */
export type NormalizeRules = Pick<SamlProviderConfig, 'id' | 'attributes' | 'trustEmail'> & {
  readonly groups: Pick<SamlProviderConfig['groups'], 'claims'>;
};

/** Entra's app roles. */
const rolesAttribute = 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role';
/** Entra sends this in place of the groups when there are more than 150. */
const groupsLink = 'http://schemas.microsoft.com/claims/groups.link';

/**
 * A verified login as the IdentityAssertion that everything downstream works with. Pure. Values stay byte for byte:
 * nothing is trimmed, split or lower-cased.
 *
 * @throws Failure `login_rejected` when there is no lasting subject to know the person by
 */
export function normalize(login: VerifiedLogin, rules: NormalizeRules): IdentityAssertion {
  const { attributes, authentication, nameId } = login;
  const first = (names: readonly string[]): string | undefined => {
    for (const name of names) {
      const value =
        name === 'NameID' ? nameId.value : attributes.get(name)?.find((candidate) => candidate !== '');
      if (value !== undefined) return value;
    }
    return undefined;
  };
  const subject = findSubject(login, rules.attributes.subject);
  const email = first(rules.attributes.email);
  const displayName = first(rules.attributes.displayName);
  const givenName = first(rules.attributes.givenName);
  const familyName = first(rules.attributes.familyName);
  return {
    provider: rules.id,
    issuer: login.issuer,
    subject,
    userName: first(rules.attributes.userName) ?? email ?? subject,
    ...(email !== undefined && { email }),
    emailVerified: email !== undefined && rules.trustEmail,
    ...(displayName !== undefined && { displayName }),
    ...(givenName !== undefined && { givenName }),
    ...(familyName !== undefined && { familyName }),
    groups: readGroups(attributes, rules.groups.claims),
    roles: attributes.get(rolesAttribute) ?? [],
    authenticatedAt: authentication.at,
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
}

/** The first source that gives a value; a NameID made up for this one login is not a subject. */
function findSubject({ attributes, nameId }: VerifiedLogin, sources: readonly string[]): string {
  for (const name of sources) {
    if (name === 'NameID') {
      if (nameId.format === transientNameId) throw rejected('subject.transient');
      return nameId.value;
    }
    const values = attributes.get(name) ?? [];
    if (values.length > 1) throw rejected('subject.several');
    if (values[0] !== undefined && values[0] !== '') return values[0];
  }
  throw rejected('subject.missing');
}

/** Missing is `absent`, there but empty is `present([])`, and a link in place of the list is `overage`. */
function readGroups(
  attributes: ReadonlyMap<string, readonly string[]>,
  claims: readonly string[],
): GroupsClaim {
  if (claims.length === 0) return { kind: 'absent' };
  if (attributes.has(groupsLink)) return { kind: 'overage' };
  const lists = claims.map((name) => attributes.get(name)).filter((list) => list !== undefined);
  if (lists.length === 0) return { kind: 'absent' };
  return { kind: 'present', names: [...new Set(lists.flat())].filter((name) => name !== '') };
}
