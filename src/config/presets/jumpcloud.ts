import type { Preset } from './preset.ts';
import { commonAttributes, standardClaims } from './standard-names.ts';

/** JumpCloud. Its issuer ends in a slash. The groups attribute has the name that the administrator gives it. */
export const jumpcloud: Preset = {
  label: 'JumpCloud',
  prefers: 'oidc',
  oidc: {
    issuer: { url: 'https://oauth.id.jumpcloud.com/' },
    clientAuth: 'client_secret_basic',
    scopes: ['openid', 'profile', 'email'],
    idTokenAlgs: ['RS256'],
    claims: standardClaims,
    groups: ['groups', 'memberOf'],
    logout: { initiated: true, backChannel: false, frontChannel: false },
  },
  saml: {
    attributes: commonAttributes,
    groups: ['memberOf', 'groups'],
    wantSigned: 'response',
    singleLogout: false,
  },
};
