import { adfs } from './adfs.ts';
import { auth0 } from './auth0.ts';
import { google } from './google.ts';
import type { Guide } from './guide.ts';
import { jumpcloud } from './jumpcloud.ts';
import { keycloak } from './keycloak.ts';
import { microsoft } from './microsoft.ts';
import { okta } from './okta.ts';
import { onelogin } from './onelogin.ts';
import { pingfederate, pingone } from './ping.ts';
import { oidc, saml } from './plain.ts';

export type { Guide, ProtocolGuide } from './guide.ts';

/** A guide for every preset; a test sees to it that none is missing. */
export const guides: Readonly<Record<string, Guide>> = {
  microsoft,
  okta,
  google,
  onelogin,
  jumpcloud,
  pingone,
  pingfederate,
  keycloak,
  auth0,
  adfs,
  oidc,
  saml,
};
