import type { OidcClaimNames, SamlAttributeNames } from '../types.ts';

/** Standard claims (OpenID Connect Core 1.0, section 5.1). */
export const standardClaims: OidcClaimNames = {
  subject: ['sub'],
  userName: ['preferred_username'],
  email: ['email'],
  displayName: ['name'],
  givenName: ['given_name'],
  familyName: ['family_name'],
};

/** Signature algorithms that a plain provider may use: all of today's, none symmetric. */
export const standardAlgs = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;

/** Claim types of WS-Federation, which Microsoft's products send as SAML attribute names. */
export const claimType = (name: string) => `http://schemas.xmlsoap.org/ws/2005/05/identity/claims/${name}`;

/**
 * Attribute names in common use, tried in this order: the plain ones that administrators type, the LDAP object identifiers
 * (RFC 4519, RFC 4524, RFC 2798; PKCS #9 for what Keycloak sends as "X500 email"), then those of WS-Federation.
 */
export const commonAttributes: SamlAttributeNames = {
  subject: ['NameID'],
  userName: ['userName', 'username', 'login', 'uid', 'urn:oid:0.9.2342.19200300.100.1.1', claimType('upn')],
  email: [
    'email',
    'mail',
    'emailAddress',
    'Email',
    'urn:oid:0.9.2342.19200300.100.1.3',
    'urn:oid:1.2.840.113549.1.9.1',
    claimType('emailaddress'),
  ],
  displayName: [
    'displayName',
    'name',
    'cn',
    'urn:oid:2.16.840.1.113730.3.1.241',
    'urn:oid:2.5.4.3',
    claimType('name'),
  ],
  givenName: [
    'firstName',
    'givenName',
    'firstname',
    'first_name',
    'given_name',
    'urn:oid:2.5.4.42',
    claimType('givenname'),
  ],
  familyName: [
    'lastName',
    'sn',
    'surname',
    'lastname',
    'last_name',
    'family_name',
    'urn:oid:2.5.4.4',
    claimType('surname'),
  ],
};

export const persistentNameId = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
