import type { Preset } from './preset.ts';
import { claimType, standardClaims } from './standard-names.ts';

const microsoftClaim = (name: string) => `http://schemas.microsoft.com/identity/claims/${name}`;

/** Microsoft Entra ID. The `oid` is the same for all applications of a tenant; the `sub` differs by application. */
export const microsoft: Preset = {
  label: 'Microsoft',
  prefers: 'oidc',
  oidc: {
    issuer: { url: 'https://login.microsoftonline.com/{tenant}/v2.0' },
    issuerOfTenants: 'https://login.microsoftonline.com/organizations/v2.0',
    clientAuth: 'client_secret_post',
    scopes: ['openid', 'profile', 'email'],
    idTokenAlgs: ['RS256'],
    claims: { ...standardClaims, subject: ['oid'], userName: ['preferred_username', 'upn'] },
    groups: ['groups'],
  },
  saml: {
    metadata: {
      url: 'https://login.microsoftonline.com/{tenant}/federationmetadata/2007-06/federationmetadata.xml',
    },
    attributes: {
      subject: [microsoftClaim('objectidentifier')],
      userName: [claimType('name'), claimType('upn')],
      email: [claimType('emailaddress')],
      displayName: [microsoftClaim('displayname')],
      givenName: [claimType('givenname')],
      familyName: [claimType('surname')],
    },
    groups: ['http://schemas.microsoft.com/ws/2008/06/identity/claims/groups'],
    wantSigned: 'assertion',
  },
};
