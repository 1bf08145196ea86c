import type { Preset } from './preset.ts';
import { commonAttributes, standardClaims } from './standard-names.ts';

/** OneLogin. `domain: acme.onelogin.com`. */
export const onelogin: Preset = {
  label: 'OneLogin',
  prefers: 'oidc',
  oidc: {
    issuer: { url: 'https://{domain}/oidc/2' },
    clientAuth: 'client_secret_basic',
    scopes: ['openid', 'profile', 'email', 'groups'],
    idTokenAlgs: ['RS256'],
    claims: standardClaims,
    groups: ['groups'],
    logout: { initiated: true, backChannel: false, frontChannel: false },
  },
  saml: {
    attributes: {
      ...commonAttributes,
      email: ['User.email', ...commonAttributes.email],
      givenName: ['User.FirstName', ...commonAttributes.givenName],
      familyName: ['User.LastName', ...commonAttributes.familyName],
    },
    groups: ['memberOf'],
    wantSigned: 'assertion',
    singleLogout: true,
  },
};
