import type { Preset } from './preset.ts';
import { commonAttributes, standardAlgs, standardClaims } from './standard-names.ts';

/** Okta. `domain: acme.okta.com` is its org server; a custom authorization server is given by its `issuer`. */
export const okta: Preset = {
  label: 'Okta',
  prefers: 'oidc',
  oidc: {
    issuer: { url: 'https://{domain}' },
    clientAuth: 'client_secret_basic',
    scopes: ['openid', 'profile', 'email', 'groups'],
    idTokenAlgs: standardAlgs,
    claims: standardClaims,
    groups: ['groups'],
    logout: { initiated: true, backChannel: false, frontChannel: true },
  },
  saml: {
    attributes: commonAttributes,
    groups: ['groups', 'memberOf'],
    wantSigned: 'both',
    singleLogout: true,
  },
};
