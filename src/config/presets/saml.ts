import type { Preset } from './preset.ts';
import { commonAttributes } from './standard-names.ts';

/** Any SAML 2.0 identity provider. */
export const saml: Preset = {
  prefers: 'saml',
  saml: { attributes: commonAttributes, groups: ['groups'], wantSigned: 'both', singleLogout: true },
};
