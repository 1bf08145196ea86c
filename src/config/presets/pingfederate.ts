import type { Preset } from './preset.ts';
import { commonAttributes, standardAlgs, standardClaims } from './standard-names.ts';

/** PingFederate. `domain` is its base host, with the port where it has one. */
export const pingfederate: Preset = {
  label: 'PingFederate',
  prefers: 'oidc',
  oidc: {
    issuer: { url: 'https://{domain}' },
    clientAuth: 'client_secret_basic',
    scopes: ['openid', 'profile', 'email'],
    idTokenAlgs: standardAlgs,
    claims: standardClaims,
    groups: ['groups', 'memberOf'],
    logout: { initiated: true, backChannel: false, frontChannel: false },
  },
  saml: {
    metadata: { url: 'https://{domain}/pf/federation_metadata.ping?PartnerSpId={entityId}' },
    attributes: commonAttributes,
    groups: ['groups', 'memberOf'],
    // The connection signs the response, unless "require signed SAML assertions" is chosen there.
    wantSigned: 'response',
    singleLogout: true,
  },
};
