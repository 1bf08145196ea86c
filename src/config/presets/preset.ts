import type { OidcClaimNames, SamlAttributeNames, SamlProviderConfig } from '../types.ts';

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

/** Which ways of signing out the product knows, as documented; what its discovery document says counts at run time. */
export interface OidcLogout {
  /** We send the person there (OpenID Connect RP-Initiated Logout 1.0). */
  readonly initiated: boolean;
  /** It calls us, server to server (Back-Channel Logout 1.0). */
  readonly backChannel: boolean;
  /** It opens a page of ours in an invisible frame (Front-Channel Logout 1.0). */
  readonly frontChannel: boolean;
}

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
  readonly logout: OidcLogout;
  /** False where a refresh token comes without the scope `offline_access`, bound to the session there. */
  readonly refreshScope?: false;
  /** False where a sign-in gives no refresh token that we could ask for. */
  readonly refreshTokens?: false;
}

export interface SamlHabits {
  /** Beside the keys, `{entityId}` stands for our own entity id, percent-encoded. */
  readonly metadata?: Template;
  readonly attributes: SamlAttributeNames;
  readonly groups: readonly string[];
  readonly nameIdFormat?: string;
  /** What the product signs as it comes. */
  readonly wantSigned: 'both' | 'assertion' | 'response';
  /** The issuer of a person where it is not the entity id. */
  readonly personIssuer?: SamlProviderConfig['personIssuer'];
  /** Speaks SAML Single Logout (saml-profiles 4.4). */
  readonly singleLogout: boolean;
}
