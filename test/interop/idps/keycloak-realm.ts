import { people } from '../idp.ts';

/** What differs between the protocols: the clients. */
export interface RealmParts {
  readonly realm: string;
  readonly clients: readonly unknown[];
}

/** A realm with the people of the suite, their groups and the clients, as Keycloak imports one. */
export function realmOf({ realm, clients }: RealmParts): unknown {
  const groups = [...new Set(Object.values(people).flatMap((person) => person.groups))];
  return {
    realm,
    enabled: true,
    sslRequired: 'none',
    groups: groups.map((name) => ({ name })),
    users: Object.values(people).map((person) => ({
      username: person.userName,
      enabled: true,
      email: person.email,
      emailVerified: true,
      firstName: person.givenName,
      lastName: person.familyName,
      groups: person.groups.map((name) => `/${name}`),
      credentials: [{ type: 'password', value: person.password, temporary: false }],
    })),
    clients,
  };
}

const mapper = (
  protocol: string,
  protocolMapper: string,
  name: string,
  config: Readonly<Record<string, string>>,
) => ({
  name,
  protocol,
  protocolMapper,
  config,
});

/** Client scopes → Add mapper → Group Membership, as the guide says. */
export const oidcMappers = [
  mapper('openid-connect', 'oidc-group-membership-mapper', 'groups', {
    'claim.name': 'groups',
    'full.path': 'false',
    'id.token.claim': 'true',
    'access.token.claim': 'false',
    'userinfo.token.claim': 'true',
  }),
];

const property = (name: string, attribute: string) =>
  mapper('saml', 'saml-user-property-mapper', attribute, {
    'user.attribute': name,
    'attribute.name': attribute,
    'attribute.nameformat': attribute.startsWith('urn:') ? 'URI Reference' : 'Basic',
  });

/** Group list, X500 email, X500 givenName, X500 surname, and the user name, as the guide says. */
export const samlMappers = (single: boolean) => [
  mapper('saml', 'saml-group-membership-mapper', 'groups', {
    'attribute.name': 'groups',
    'attribute.nameformat': 'Basic',
    single: String(single),
    'full.path': 'false',
  }),
  property('email', 'urn:oid:1.2.840.113549.1.9.1'),
  property('firstName', 'urn:oid:2.5.4.42'),
  property('lastName', 'urn:oid:2.5.4.4'),
  property('username', 'username'),
];
