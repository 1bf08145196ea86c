import type { Preset } from './preset.ts';
import { commonAttributes, persistentNameId, standardAlgs, standardClaims } from './standard-names.ts';

/** Keycloak from release 17 on; older ones have `/auth` in the issuer, which the file then gives itself. */
export const keycloak: Preset = {
  label: 'Keycloak',
  prefers: 'oidc',
  oidc: {
    issuer: { url: 'https://{domain}/realms/{realm}' },
    clientAuth: 'client_secret_basic',
    scopes: ['openid', 'profile', 'email'],
    idTokenAlgs: standardAlgs,
    claims: standardClaims,
    groups: ['groups'],
    logout: { initiated: true, backChannel: true, frontChannel: true },
    refreshScope: false,
  },
  saml: {
    metadata: { url: 'https://{domain}/realms/{realm}/protocol/saml/descriptor' },
    attributes: commonAttributes,
    groups: ['groups', 'member'],
    nameIdFormat: persistentNameId,
    wantSigned: 'response',
    singleLogout: true,
  },
};
