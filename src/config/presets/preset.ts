import type { OidcClaimNames, SamlAttributeNames } from '../types.ts';

/** The habits of one product: data that a provider's file may override, key by key. */
export interface Preset {
  /** Default of `label`; a plain provider is named after its file. */
  readonly label?: string;
  /** What `protocol` is when the file does not say and the preset knows both. */
  readonly prefers: 'oidc' | 'saml';
  readonly oidc?: OidcHabits;
  readonly saml?: SamlHabits;
}

/** Keys of the file that a template may name, as in `https://{domain}/realms/{realm}`. */
export type TemplateKey = 'domain' | 'tenant' | 'realm' | 'environment' | 'region';

/** An address with `{keys}`, and values for keys that may be left out. */
export interface Template {
  readonly url: string;
  readonly defaults?: Partial<Record<TemplateKey, string>>;
}

export interface OidcHabits {
  readonly issuer?: Template;
  /** The issuer when the file lists `tenants`. */
  readonly issuerOfTenants?: string;
  readonly clientAuth: 'client_secret_basic' | 'client_secret_post';
  readonly scopes: readonly string[];
  readonly idTokenAlgs: readonly string[];
  readonly claims: OidcClaimNames;
  /** Empty: the product names no groups unless one sets them up. */
  readonly groups: readonly string[];
}

export interface SamlHabits {
  readonly metadata?: Template;
  readonly attributes: SamlAttributeNames;
  readonly groups: readonly string[];
  readonly nameIdFormat?: string;
  /** What the product signs as it comes. */
  readonly wantSigned: 'both' | 'assertion' | 'response';
}
