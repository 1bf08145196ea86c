import type { Preset } from './preset.ts';
import { commonAttributes, standardClaims } from './standard-names.ts';

/** Google Workspace. Its ID tokens name no groups; its SAML apps do when one maps them. */
export const google: Preset = {
  label: 'Google',
  prefers: 'oidc',
  oidc: {
    issuer: { url: 'https://accounts.google.com' },
    clientAuth: 'client_secret_post',
    scopes: ['openid', 'profile', 'email'],
    idTokenAlgs: ['RS256'],
    claims: { ...standardClaims, userName: ['email'] },
    groups: [],
    logout: { initiated: false, backChannel: false, frontChannel: false },
    refreshTokens: false,
  },
  saml: { attributes: commonAttributes, groups: ['groups'], wantSigned: 'assertion', singleLogout: false },
};
