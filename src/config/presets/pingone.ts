import type { Preset } from './preset.ts';
import { commonAttributes, standardClaims } from './standard-names.ts';

/** PingOne. `environment` is the id of the environment, `region` the end of the host name. */
export const pingone: Preset = {
  label: 'PingOne',
  prefers: 'oidc',
  oidc: {
    issuer: { url: 'https://auth.pingone.{region}/{environment}/as', defaults: { region: 'com' } },
    clientAuth: 'client_secret_basic',
    scopes: ['openid', 'profile', 'email'],
    idTokenAlgs: ['RS256'],
    claims: standardClaims,
    groups: ['groups', 'p1.groups'],
    logout: { initiated: true, backChannel: false, frontChannel: false },
  },
  saml: {
    attributes: commonAttributes,
    groups: ['groups', 'memberOf'],
    wantSigned: 'assertion',
    singleLogout: true,
  },
};
