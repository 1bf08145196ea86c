import type { Preset } from './preset.ts';
import { claimType, commonAttributes, standardClaims } from './standard-names.ts';

/** Auth0. Its issuer ends in a slash; groups come in a claim that an Action of the tenant adds, named by a URL. */
export const auth0: Preset = {
  label: 'Auth0',
  prefers: 'oidc',
  oidc: {
    issuer: { url: 'https://{domain}/' },
    clientAuth: 'client_secret_post',
    scopes: ['openid', 'profile', 'email'],
    idTokenAlgs: ['RS256', 'PS256'],
    claims: { ...standardClaims, userName: ['preferred_username', 'nickname'] },
    groups: [],
    logout: { initiated: true, backChannel: true, frontChannel: false },
  },
  saml: {
    attributes: {
      ...commonAttributes,
      userName: [claimType('upn'), ...commonAttributes.userName],
    },
    groups: ['http://schemas.xmlsoap.org/claims/Group'],
    wantSigned: 'assertion',
    singleLogout: true,
  },
};
