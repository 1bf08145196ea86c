/**
 * What any provider ends in: one person, as the identity provider vouches for them, already verified.
 * Nothing downstream asks whether it came over OpenID Connect or SAML.
 */

/** The key of a person: the issuer and the subject in it (OpenID Connect Core 1.0, section 5.7). Never the email. */
export interface IdentityKey {
  /** OIDC `iss`, SAML entity id; for Entra `https://login.microsoftonline.com/{tid}/v2.0`. Compared byte for byte. */
  readonly issuer: string;
  /** OIDC `sub`, SAML NameID; for Entra the `oid`. Compared byte for byte. */
  readonly subject: string;
}

/**
 * What the identity provider said of the person's groups. A missing claim is never "no groups":
 * - `absent`: the claim was not there at all (or the look-up behind it failed);
 * - `overage`: the provider said there are too many to list, and they could not be fetched; with `onFailure`, somebody was
 *   asked for them in vain, and the provider's file says what that means, whatever it says of missing claims;
 * - `present`: this is the whole list, which may be empty.
 */
export type GroupsClaim =
  | { readonly kind: 'absent' }
  | { readonly kind: 'overage'; readonly onFailure?: 'refuse' | 'keep' }
  | { readonly kind: 'present'; readonly names: readonly string[] };

/** What the identity provider knows of this very sign-in; kept beside the session, to end it by. */
export interface IdpSession {
  /** OIDC `sid` (OpenID Connect Back-Channel Logout 1.0, section 2.1). */
  readonly sid?: string;
  /** SAML `SessionIndex` of the AuthnStatement (SAML core 2.7.2). */
  readonly sessionIndex?: string;
  /** SAML NameID with its qualifiers, as a LogoutRequest must repeat it (SAML core 2.2.2). */
  readonly nameId?: NameId;
  /** OIDC ID token as received: needed only as `id_token_hint`. A secret; stored encrypted. */
  readonly idToken?: string;
  /** OIDC refresh token, when `offline_access` was granted. A secret; stored encrypted. */
  readonly refreshToken?: string;
  /** When the identity provider last said that the sign-in still stands, milliseconds since the epoch; absent: at the login. */
  readonly checkedAt?: number;
  /** When the identity provider ends its session (`SessionNotOnOrAfter`), milliseconds since the epoch. */
  readonly expiresAt?: number;
}

export interface NameId {
  readonly value: string;
  readonly format?: string;
  readonly nameQualifier?: string;
  readonly spNameQualifier?: string;
}

export interface IdentityAssertion extends IdentityKey {
  /** Id of the configured provider (its file's name). */
  readonly provider: string;
  /** The name the person signs in with at the identity provider; falls back to email, then subject. */
  readonly userName: string;
  /** An id of the person that other providers send too, such as an employee number. */
  readonly externalId?: string;
  readonly email?: string;
  /** True only when the provider vouches that the address belongs to the person. */
  readonly emailVerified: boolean;
  readonly displayName?: string;
  readonly givenName?: string;
  readonly familyName?: string;
  readonly locale?: string;
  readonly groups: GroupsClaim;
  /** Roles the identity provider itself names (Entra app roles); empty when it names none. */
  readonly roles: readonly string[];
  /** When the provider said all this, by its own clock: milliseconds since the epoch (`iat`, `IssueInstant`). */
  readonly issuedAt?: number;
  /** When the person proved who they are, milliseconds since the epoch (`auth_time`, `AuthnInstant`). */
  readonly authenticatedAt: number;
  /** The identity provider said so itself; otherwise it is when the provider sent its answer. */
  readonly authTimeStated?: boolean;
  /** Authentication context class (`acr`, `AuthnContextClassRef`). */
  readonly acr?: string;
  /** Authentication methods (`amr`, RFC 8176). */
  readonly amr: readonly string[];
  readonly idpSession: IdpSession;
}
