import type { Preset } from './preset.ts';
import { standardAlgs, standardClaims } from './standard-names.ts';

/** Any OpenID Connect provider. */
export const oidc: Preset = {
  prefers: 'oidc',
  oidc: {
    clientAuth: 'client_secret_basic',
    scopes: ['openid', 'profile', 'email'],
    idTokenAlgs: standardAlgs,
    claims: standardClaims,
    groups: ['groups'],
    logout: { initiated: true, backChannel: true, frontChannel: true },
  },
};
