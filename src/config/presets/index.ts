import { adfs } from './adfs.ts';
import { auth0 } from './auth0.ts';
import { google } from './google.ts';
import { jumpcloud } from './jumpcloud.ts';
import { keycloak } from './keycloak.ts';
import { microsoft } from './microsoft.ts';
import { oidc } from './oidc.ts';
import { okta } from './okta.ts';
import { onelogin } from './onelogin.ts';
import { pingfederate } from './pingfederate.ts';
import { pingone } from './pingone.ts';
import type { Preset } from './preset.ts';
import { saml } from './saml.ts';

/** The registry: one line a product. */
export const presets = {
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
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;

/** Names of all presets, for the schema. There is one at least. */
export const presetNames = Object.keys(presets) as [PresetName, ...PresetName[]];

/** A preset by name, or undefined. */
export function presetNamed(name: unknown): Preset | undefined {
  return typeof name === 'string' && Object.hasOwn(presets, name) ? presets[name as PresetName] : undefined;
}
