import type { Preset } from './preset.ts';
import { claimType, standardClaims } from './standard-names.ts';

/** Active Directory Federation Services. `domain` is the federation service name. */
export const adfs: Preset = {
  label: 'AD FS',
  prefers: 'oidc',
  oidc: {
    issuer: { url: 'https://{domain}/adfs' },
    clientAuth: 'client_secret_post',
    scopes: ['openid', 'profile', 'email', 'allatclaims'],
    idTokenAlgs: ['RS256'],
    claims: { ...standardClaims, userName: ['upn', 'unique_name'] },
    groups: ['groups', 'group', 'http://schemas.xmlsoap.org/claims/Group'],
    logout: { initiated: true, backChannel: false, frontChannel: true },
  },
  saml: {
    metadata: { url: 'https://{domain}/FederationMetadata/2007-06/FederationMetadata.xml' },
    attributes: {
      subject: ['NameID'],
      userName: [
        claimType('upn'),
        'http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname',
      ],
      email: [claimType('emailaddress')],
      displayName: [claimType('name'), 'http://schemas.xmlsoap.org/claims/CommonName'],
      givenName: [claimType('givenname')],
      familyName: [claimType('surname')],
    },
    groups: ['http://schemas.xmlsoap.org/claims/Group'],
    wantSigned: 'assertion',
    singleLogout: true,
  },
};
