import { presetNamed, type ProviderConfig } from '../../config/index.ts';

/** The part of the profile that a claim or attribute fills. */
export type ProfilePart = 'subject' | 'userName' | 'email' | 'displayName' | 'givenName' | 'familyName';

/** What is known of a provider, configured or not yet. */
export interface Described {
  readonly id: string;
  readonly preset: string;
  readonly protocol: 'oidc' | 'saml';
  /** Where the gateway reads about the identity provider; with `{domain}` and the like where there is no file yet. */
  readonly source: string;
  /** Our entity id, where it is not the address of our metadata. */
  readonly entityId: string | undefined;
  readonly names: Readonly<Record<ProfilePart, readonly string[]>>;
  readonly groups: readonly string[];
  /** What the gateway asks for and expects, one line each. */
  readonly terms: readonly (readonly [name: string, value: string])[];
  /** Undefined for a preset without a file. */
  readonly file: string | undefined;
}

const discovery = (issuer: string) => `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
const inMetadata = 'the address that the product shows (metadata.url), or a file (metadata.file)';
const signed = {
  both: 'response and assertion',
  assertion: 'the assertion',
  response: 'the response',
} as const;

/** A provider of the configuration. */
export function describedByFile(provider: ProviderConfig): Described {
  const { id, preset, file } = provider;
  const common = { id, preset, file, groups: provider.groups.claims };
  if (provider.protocol === 'oidc') {
    const { clientAuth, scopes, idTokenAlgs } = provider;
    return {
      ...common,
      protocol: 'oidc',
      source: discovery(provider.issuer),
      entityId: undefined,
      names: provider.claims,
      terms: oidcTerms(clientAuth.method, scopes, idTokenAlgs),
    };
  }
  const { idp, entityId, attributes, nameIdFormat, wantSigned } = provider;
  const sources = {
    inline: 'written in the file',
    file: 'path' in idp ? idp.path : '',
    url: 'url' in idp ? idp.url : '',
  };
  return {
    ...common,
    protocol: 'saml',
    source: sources[idp.from],
    entityId,
    names: attributes,
    terms: samlTerms(nameIdFormat, wantSigned),
  };
}

/** A preset before there is a file for it; `id` is the name that the file will have. Undefined when it lacks the protocol. */
export function describedByPreset(
  name: string,
  protocol: 'oidc' | 'saml',
  id: string,
): Described | undefined {
  const preset = presetNamed(name);
  const common = { id, preset: name, file: undefined, entityId: undefined };
  if (protocol === 'oidc') {
    const habits = preset?.oidc;
    if (habits === undefined) return undefined;
    const { issuer, claims, clientAuth, scopes, idTokenAlgs, groups } = habits;
    const source = issuer ? discovery(issuer.url) : '{issuer}/.well-known/openid-configuration';
    return {
      ...common,
      protocol,
      source,
      names: claims,
      groups,
      terms: oidcTerms(clientAuth, scopes, idTokenAlgs),
    };
  }
  const habits = preset?.saml;
  if (habits === undefined) return undefined;
  const { metadata, attributes, nameIdFormat, wantSigned, groups } = habits;
  return {
    ...common,
    protocol,
    source: metadata?.url ?? inMetadata,
    names: attributes,
    groups,
    terms: samlTerms(nameIdFormat, wantSigned),
  };
}

function oidcTerms(method: string, scopes: readonly string[], algs: readonly string[]): Described['terms'] {
  return [
    ['Grant type', 'authorization code, with PKCE (S256)'],
    ['Client authentication', method],
    ['Scopes', scopes.join(' ')],
    ['ID token signed with', algs.join(', ')],
  ];
}

function samlTerms(format: string | undefined, wantSigned: keyof typeof signed): Described['terms'] {
  return [
    ['Binding of the response', 'HTTP-POST'],
    ['NameID format asked for', format ?? 'none: the one that the identity provider is set to'],
    ['Must be signed', `${signed[wantSigned]}, with SHA-256 or better`],
  ];
}
