import { presetNamed, type Config } from '../../config/index.ts';
import { addressesOf, type Addresses } from './addresses.ts';
import type { Described, ProfilePart } from './described.ts';

/** A name as the products call it, and what to put there. */
export type Fact = readonly [name: string, value: string];

/** Everything both sides need of each other, as `doorward providers show` prints it and the guides have it. */
export interface Facts {
  readonly id: string;
  readonly preset: string;
  readonly protocol: 'oidc' | 'saml';
  /** What is typed in at the identity provider. */
  readonly there: readonly Fact[];
  /** What the gateway reads, asks for and expects. */
  readonly here: readonly Fact[];
  /** Which claims or attributes to release; the first that is there is used, of groups all. */
  readonly release: readonly { readonly what: string; readonly names: readonly string[] }[];
  readonly addresses: Addresses & { readonly entityId: string };
}

const parts: readonly (readonly [ProfilePart, string])[] = [
  ['subject', 'subject, the lasting id'],
  ['userName', 'user name'],
  ['email', 'email address'],
  ['displayName', 'full name'],
  ['givenName', 'given name'],
  ['familyName', 'family name'],
];

/** Pure; `gateway` gives our public address. */
export function factsOf(provider: Described, gateway: Pick<Config, 'baseUrl' | 'prefix'>): Facts {
  const { id, preset, protocol, names, groups } = provider;
  const addresses = addressesOf(gateway, id);
  const entityId = provider.entityId ?? addresses.metadata;
  return {
    id,
    preset,
    protocol,
    there: protocol === 'oidc' ? oidcThere(preset, addresses) : samlThere(preset, addresses, entityId),
    here: [
      [protocol === 'oidc' ? 'Discovery' : 'Metadata of the provider', provider.source],
      ...provider.terms,
    ],
    release: [
      ...parts.map(([part, what]) => ({ what, names: names[part] })),
      { what: 'groups', names: groups },
    ],
    addresses: { ...addresses, entityId },
  };
}

function oidcThere(preset: string, addresses: Addresses): Fact[] {
  const logout = presetNamed(preset)?.oidc?.logout;
  return [
    ['Redirect URI', addresses.redirectUri],
    ['Initiate login URI', addresses.login],
    ...(logout?.initiated === true ? [['Post-logout redirect URI', addresses.signedOut] as const] : []),
    ...(logout?.backChannel === true
      ? [['Back-channel logout URL', addresses.backChannelLogout] as const]
      : []),
    ...(logout?.frontChannel === true
      ? [['Front-channel logout URL', addresses.frontChannelLogout] as const]
      : []),
  ];
}

function samlThere(preset: string, addresses: Addresses, entityId: string): Fact[] {
  return [
    ['ACS URL (reply URL, recipient)', addresses.acs],
    ['Entity id (audience, identifier)', entityId],
    ['Metadata of the gateway', addresses.metadata],
    ['Sign-on URL', addresses.login],
    ...(presetNamed(preset)?.saml?.singleLogout === true
      ? [['Single logout URL', addresses.singleLogout] as const]
      : []),
  ];
}
