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
    claims: { ...standardClaims, subject: ['oid'], userName: ['preferred_username', 'upn', 'unique_name'] },
    groups: ['groups'],
    logout: { initiated: true, backChannel: false, frontChannel: true },
  },
  saml: {
    metadata: {
      url: 'https://login.microsoftonline.com/{tenant}/federationmetadata/2007-06/federationmetadata.xml',
    },
    attributes: {
      subject: [microsoftClaim('objectidentifier')],
      userName: [claimType('upn'), claimType('name')],
      email: [claimType('emailaddress'), 'email', 'mail'],
      displayName: [microsoftClaim('displayname'), 'displayName'],
      givenName: [claimType('givenname')],
      familyName: [claimType('surname')],
    },
    groups: ['http://schemas.microsoft.com/ws/2008/06/identity/claims/groups'],
    wantSigned: 'assertion',
    // The same person as by OpenID Connect: the tenant in one form, beside the same object id.
    personIssuer: {
      entityId: 'https://sts.windows.net/{tenant}/',
      issuer: 'https://login.microsoftonline.com/{tenant}/v2.0',
    },
    singleLogout: true,
  },
};
