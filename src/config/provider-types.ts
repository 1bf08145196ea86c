import type { RoleRule } from '../identity/index.ts';

export type ProviderConfig = OidcProviderConfig | SamlProviderConfig;

interface ProviderConfigBase {
  /** The file's name without `.yaml`: `[a-z0-9][a-z0-9-]*`. Part of URLs. */
  readonly id: string;
  /** Absolute path of the file, and the line of each dotted key in it (`groups.map.Data Engineering` → 12), for messages. */
  readonly file: string;
  readonly lines: Readonly<Record<string, number>>;
  readonly preset: string;
  /** The button says "Sign in with {label}". */
  readonly label: string;
  /** Email domains whose people sign in here, in comparable form: what the login page's email field goes by. */
  readonly domains: readonly string[];
  readonly admit: AdmitRule;
  readonly jit: {
    readonly create: boolean;
    /**
     * Whether a first login may belong to somebody known by another provider: by a verified address, or by an id that several
     * providers send; always of somebody with a verified address of an admitted domain.
     */
    readonly linkBy?: 'none' | 'verifiedEmail' | 'externalId';
    /** By domain: the providers whose people may be linked to, because they are trusted for that domain too. */
    readonly linkTo?: Readonly<Record<string, readonly string[]>>;
  };
  readonly groups: GroupsRule;
  readonly role: RoleRule;
  /** Where the provider also provisions people and groups by SCIM. */
  readonly scim?: ScimConfig;
  /** This provider's addresses count as verified although it sends no `email_verified` (only when one says so by name). */
  readonly trustEmail: boolean;
  /** Its security events; undefined: none are received. */
  readonly signals?: SignalsConfig | undefined;
}

export interface OidcProviderConfig extends ProviderConfigBase {
  readonly protocol: 'oidc';
  /** Discovery is at `{issuer}/.well-known/openid-configuration` (OpenID Connect Discovery 1.0, section 4). */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientAuth:
    | { readonly method: 'client_secret_basic' | 'client_secret_post'; readonly secret: string }
    | {
        readonly method: 'private_key_jwt';
        readonly privateKeyPem: string;
        readonly keyId: string | undefined;
      }
    | { readonly method: 'none' };
  readonly scopes: readonly string[];
  /** Signature algorithms of ID tokens that are accepted. */
  readonly idTokenAlgs: readonly string[];
  readonly claims: OidcClaimNames;
  /** Plain http is accepted (demo and tests on loopback only). */
  readonly allowInsecure: boolean;
  /** When the client secret ends, milliseconds since the epoch, where the file says so. */
  readonly clientSecretExpires?: number;
  /** Clock difference to the provider that is tolerated, milliseconds. */
  readonly clockTolerance: number;
  /** Sessions are re-checked with their refresh token; undefined: never. */
  readonly recheck?: RecheckConfig | undefined;
  /** Allowed tenants for Entra's multi-tenant endpoints; empty where the issuer is one tenant. */
  readonly tenants: readonly string[];
}

/** Security events of the identity provider (OpenID Shared Signals Framework 1.0). */
export interface SignalsConfig {
  /** `iss` of its events, and where its discovery document is found. */
  readonly issuer: string;
  /** Where its keys are; undefined: where the discovery document says. */
  readonly jwksUrl: string | undefined;
  /** `aud` of events that are for us; one of them. */
  readonly audience: readonly string[];
  /** What the stream has to send as `Authorization: Bearer …`; undefined: the signature alone counts. */
  readonly secret: string | undefined;
  /** With which we manage the stream and poll. */
  readonly token: string | undefined;
  readonly poll: { readonly url: string; readonly every: number } | undefined;
}

/** How the identity provider is asked, in the background, whether a sign-in still stands. */
export interface RecheckConfig {
  readonly every: number;
  /** A session that could not be re-checked for so long ends. */
  readonly whenUnreachable: number;
}

/** Claim names, tried in order. */
export interface OidcClaimNames {
  readonly subject: readonly string[];
  readonly userName: readonly string[];
  readonly email: readonly string[];
  readonly displayName: readonly string[];
  readonly givenName: readonly string[];
  readonly familyName: readonly string[];
  /** An id of the person that other providers send too. */
  readonly externalId?: readonly string[];
}

export interface SamlProviderConfig extends ProviderConfigBase {
  readonly protocol: 'saml';
  /** The IdP's metadata: given by hand, or read from a file or URL. */
  readonly idp:
    | {
        readonly from: 'inline';
        readonly entityId: string;
        readonly ssoUrl: string;
        readonly sloUrl: string | undefined;
        /** PEM certificates; several for rollover. */
        readonly certificates: readonly string[];
      }
    | ({ readonly from: 'file'; readonly path: string } & WantedEntity)
    | ({ readonly from: 'url'; readonly url: string } & WantedEntity);
  /** Our entity id; by default the metadata URL. */
  readonly entityId: string;
  /** Our signing key and certificate (PEM), for AuthnRequest and logout messages. */
  readonly signing: { readonly privateKeyPem: string; readonly certificatePem: string } | undefined;
  /** Our key for encrypted assertions (PEM). */
  readonly decryption: { readonly privateKeyPem: string; readonly certificatePem: string } | undefined;
  /** The gateway's own decryption key is published in our metadata. */
  readonly ownDecryption?: boolean;
  readonly nameIdFormat: string | undefined;
  /** What must be signed; `both` by default. */
  readonly wantSigned: 'both' | 'assertion' | 'response';
  readonly attributes: SamlAttributeNames;
  /**
   * The issuer under which people are known, where it is not the entity id: `{tenant}` of one is put into the other. Entra's
   * people are the same by SAML and by OpenID Connect.
   */
  readonly personIssuer?: { readonly entityId: string; readonly issuer: string };
  /** Login without a request of ours (IdP-initiated); off unless the file says so. */
  readonly allowUnsolicited: boolean;
  /** Accepted by name only: SHA-1 signatures, CBC encryption. Empty by default. */
  readonly allowWeak: readonly ('sha1' | 'cbc' | 'rsa15')[];
  readonly clockTolerance: number;
  /** Oldest AuthnInstant accepted, milliseconds; undefined: the IdP's session length is its business. */
  readonly maxAuthenticationAge: number | undefined;
  readonly forceAuthn: boolean;
  readonly allowInsecure: boolean;
}

/** Which part of SAML metadata is meant, and who vouches for it. */
interface WantedEntity {
  /** Undefined: there is only one. */
  readonly entityId: string | undefined;
  /** PEM certificates of whoever signs the document, a federation; one of them must have. Undefined: nobody has to. */
  readonly signedBy?: readonly string[];
}

/** Attribute names, tried in order; `NameID` stands for the NameID itself. */
export interface SamlAttributeNames {
  readonly subject: readonly string[];
  readonly userName: readonly string[];
  readonly email: readonly string[];
  readonly displayName: readonly string[];
  readonly givenName: readonly string[];
  readonly familyName: readonly string[];
  /** An id of the person that other providers send too. */
  readonly externalId?: readonly string[];
}

/** What a provider's SCIM client means for people and groups. */
export interface ScimConfig {
  /** How a provisioned user and a sign-in are known to be the same person; the first way that knows anybody decides. */
  readonly match: readonly ('subject' | 'userName' | 'email')[];
  /** Whether groups come from SCIM, from what the login claims, or from both. */
  readonly groupsFrom: 'scim' | 'claims' | 'both';
  /** A person whose resource was deleted and is made again: as they were, or a new one. */
  readonly onReturn: 'restore' | 'new';
  /** Over all processes; more are answered with 429. */
  readonly requestsPerSecond: number;
}

export interface AdmitRule {
  /** Comparable form. Empty: any. */
  readonly emailDomains: readonly string[];
  /** Doorward groups, or the provider's own names where the map hands out no such group; any one suffices. Empty: any. */
  readonly requireGroups: readonly string[];
}

export interface GroupsRule {
  /** OIDC claims or SAML attributes that carry groups; several are united. Empty: the provider never names groups. */
  readonly claims: readonly string[];
  readonly whenMissing: 'keep' | 'remove' | 'refuse';
  /** IdP's name to Doorward's name, in the order of the file. Compared byte for byte. */
  readonly map: readonly (readonly [idpName: string, group: string])[];
  readonly unmapped: 'ignore' | 'create';
  /** Distinguished names become their common name. */
  readonly dn?: 'cn';
  /** Whom to ask for the groups that a login does not bring. */
  readonly lookup?: GroupsLookup;
}

/** Whom to ask for groups. Every address is https, or loopback where `allowInsecure` says so. */
export type GroupsLookup = {
  /** `needed`: at logins that bring no full list. */
  readonly when: 'needed' | 'always';
  /** A look-up that fails is never "no groups". */
  readonly onFailure: 'refuse' | 'keep';
  /** Groups go by their display name, but for those that the map names by id. */
  readonly names: boolean;
  /** Base address of the API, without a path. */
  readonly url: string;
  /** When its own secret or token ends, milliseconds since the epoch, where the file says so. */
  readonly expires?: number;
} & (
  | {
      readonly kind: 'graph';
      /** Credentials of the application (`{tenant}` in the address is the person's); undefined: the person's token. */
      readonly app:
        | { readonly clientId: string; readonly clientSecret: string; readonly tokenUrl: string }
        | undefined;
    }
  | {
      readonly kind: 'google';
      readonly api: 'cloudIdentity' | 'directory';
      readonly account: {
        readonly email: string;
        readonly privateKeyPem: string;
        readonly keyId: string | undefined;
      };
      /** The administrator in whose name is asked. */
      readonly subject: string;
      readonly tokenUrl: string;
    }
  | { readonly kind: 'okta'; readonly token: string }
);
