import type { RoleRule } from '../identity/index.ts';

/** The whole configuration, validated and with secrets resolved. Durations are milliseconds. Never mutated. */
export interface Config {
  /** Public origin people use, without a trailing slash: every URL we emit is built from it, never from a Host header. */
  readonly baseUrl: string;
  /** Path prefix of everything a browser meets, `/sso`. */
  readonly prefix: string;
  readonly listen: ListenAddress;
  /** Speaks https on `listen`; plain http without. */
  readonly tls?: TlsConfig;
  /** The listener of `/livez`, `/readyz`, `/metrics`; undefined switches it off. */
  readonly ops: ListenAddress | undefined;
  /** At least one, 32 characters or more; the first signs and encrypts, all verify and decrypt (rotation). */
  readonly secrets: readonly string[];
  readonly state: StateConfig;
  readonly session: SessionConfig;
  /** CIDRs of proxies whose X-Forwarded-* and X-Original-* are believed. Nobody by default. */
  readonly trustedProxies: readonly string[];
  /** Further origins that `rd` may lead back to, besides baseUrl and the hosts below session.cookieDomain. */
  readonly returnTo: readonly string[];
  readonly headers: HeadersConfig;
  readonly upstreams: readonly UpstreamConfig[];
  /** Who may open what; undefined: whoever is signed in may open everything. */
  readonly policy: readonly PolicyRuleConfig[] | undefined;
  /** Applications behind the gate, as the signed assertion calls them. */
  readonly apps: readonly AppConfig[];
  /** The signed assertion for applications; undefined switches it off. */
  readonly assertion: AssertionConfig | undefined;
  readonly tokens: TokensConfig;
  /** Hosts of other domains (with a port where it is not the default) that people are signed in at as well. */
  readonly hosts: readonly string[];
  /** Whom a refused person should write to: an address or a URL, shown on pages. */
  readonly contact: string | undefined;
  readonly brand: BrandConfig;
  readonly admin: AdminConfig;
  readonly audit: AuditConfig;
  /** By which server invitations are sent; undefined: none are. */
  readonly mail: MailConfig | undefined;
  readonly reload: ReloadConfig;
  readonly login: LoginConfig;
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent' };
  /** Where traces go; undefined: as the environment says (`OTEL_…`), and nowhere by default. */
  readonly telemetry?: { readonly traces: TracesConfig } | undefined;
  readonly providers: readonly ProviderConfig[];
  /** Digest of every file read, in short form: two processes with the same rules show the same version. */
  readonly version: string;
}

export interface TracesConfig {
  /** Where the receiver takes traces (OTLP over HTTP), such as `http://collector:4318/v1/traces`. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Share of the requests that begin a trace, 0 to 1. */
  readonly share: number;
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** A unix socket instead of host and port. */
  readonly socket: string | undefined;
}

/** Absolute paths of PEM files. */
export interface TlsConfig {
  /** With its chain. */
  readonly certificate: string;
  readonly key: string;
}

export interface StateConfig {
  /** `sqlite:PATH` or `postgres://…`; paths are absolute. */
  readonly directory: string;
  /** `sqlite:PATH`, `redis://…`, `redis+sentinel://…`, `redis+cluster://…` (or `rediss…`); paths are absolute. */
  readonly sessions: string;
  /** Prepended to every Redis key. */
  readonly redisPrefix: string;
  /** How long cached answers may be used while a store is down; 0: never. */
  readonly grace: number;
}

export interface SessionConfig {
  /** Ends after this long without a request. */
  readonly idle: number;
  /** Ends this long after the login, whatever happens. */
  readonly absolute: number;
  /** Share the cookie with sub-domains of this domain; undefined: `__Host-` cookie of the one host. */
  readonly cookieDomain: string | undefined;
}

export interface HeadersConfig {
  /** Which header names the application gets. */
  readonly set: 'x-auth-request' | 'remote-user';
  /** What goes into the `…-User` header. The id is the default: nobody at any IdP can choose it. */
  readonly user: 'id' | 'userName' | 'email';
  /** Upper limit of the groups header, in bytes; groups beyond it are left out and the answer says so. */
  readonly maxGroupsBytes: number;
}

export interface UpstreamConfig {
  /** Undefined: any host. */
  readonly host: string | undefined;
  /** Path prefix, `/` for everything; the longest match wins. */
  readonly path: string;
  readonly url: string;
}

/** One rule of the policy. What it does not name, it holds for. */
export interface PolicyRuleConfig {
  /** Where it stands. */
  readonly file: string;
  readonly line: number | undefined;
  /** Lower case, without port; `*.acme.example` for every host below that one. Empty: any. */
  readonly hosts: readonly string[];
  /** Empty: any. */
  readonly paths: readonly PathPattern[];
  /** Upper case. Empty: any. */
  readonly methods: readonly string[];
  readonly allow: 'public' | 'signed-in' | 'nobody' | AllowedPeople;
  /** The sign-in must not be older. */
  readonly recent: number | undefined;
  /** The sign-in must be of one of these contexts. Empty: any. */
  readonly acr: readonly string[];
}

export interface AllowedPeople {
  /** One of these groups or of these roles suffices; with both empty anybody. */
  readonly groups: readonly string[];
  readonly roles: readonly string[];
  /** Signed in with one of these. Empty: any. */
  readonly providers: readonly string[];
}

/** A canonical path; the segment `*` stands for any one segment. */
export interface PathPattern {
  readonly path: string;
  /** That path alone, not what is below it. */
  readonly exact: boolean;
}

export interface AppConfig {
  /** Lower case; undefined: any host. */
  readonly host: string | undefined;
  /** Canonical path prefix; the longest match wins. */
  readonly path: string;
  readonly audience: string;
}

export interface AssertionConfig {
  readonly lifetime: number;
  /** For applications that `apps` does not name. */
  readonly audience: string;
}

/** What scripts and BI tools sign in with. */
export interface TokensConfig {
  /** People may make API tokens. */
  readonly personal: boolean;
  /** Longest time that one lives. */
  readonly maxAge: number;
  readonly jwt: readonly BearerIssuer[];
}

/** An issuer whose bearer JWTs are accepted. */
export interface BearerIssuer {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly audience: readonly string[];
  readonly algs: readonly string[];
  readonly subjectClaim: string;
  /** The issuer of the people's identities in the directory. */
  readonly knownAs: string;
}

/** How the pages present themselves. */
export interface BrandConfig {
  readonly name: string;
  /** Absolute path of an SVG or PNG file; undefined: our door. */
  readonly logo: string | undefined;
  /** `#rrggbb`, contrast checked; undefined: ours. `accentDark` is for dark pages. */
  readonly colors: { readonly accent: string | undefined; readonly accentDark: string | undefined };
  /** At the foot of every page. */
  readonly links: readonly { readonly label: string; readonly url: string }[];
  /** Absolute path of a folder whose templates take the place of ours of the same name. */
  readonly templates: string | undefined;
}

/** Who may open the console: people of one of these roles or groups. */
export interface AdminConfig {
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  /** Changes need a sign-in that is not older than this. */
  readonly recentAuthentication: number;
}

/** How long what happened is kept, and where else records go. */
export interface AuditConfig {
  /** Milliseconds. */
  readonly keep: number;
  readonly keepTraces: number;
  /** Absolute path. */
  readonly file: string | undefined;
  readonly syslog:
    | { readonly protocol: 'udp' | 'tcp'; readonly host: string; readonly port: number }
    | undefined;
}

/** A mail server. */
export interface MailConfig {
  readonly host: string;
  readonly port: number;
  /** `none`: plain text, on this machine only. */
  readonly tls: 'always' | 'starttls' | 'none';
  readonly login: { readonly user: string; readonly secret: string } | undefined;
  readonly from: { readonly name: string | undefined; readonly address: string };
  /** Tag of the language of people whose own is not known. */
  readonly language: string;
  readonly maxPerHour: number;
}

/** Care with rules that take much away. */
export interface ReloadConfig {
  /** Most memberships of one provider's people, in percent, that a reload takes away without an administrator's word. */
  readonly maxLossPercent: number;
}

export interface LoginConfig {
  /** How long a person may take at the identity provider. */
  readonly timeout: number;
  /** Sign-in requests one address may make per minute. */
  readonly maxPerMinutePerAddress: number;
  /** Sign-in requests of one provider per minute. */
  readonly maxPerMinutePerProvider: number;
}

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

/** One mistake in the configuration; all of them are reported together. */
export interface Problem {
  /** Path as the administrator would write it. */
  readonly file: string;
  /** 1-based; undefined when the whole file is meant. */
  readonly line: number | undefined;
  /** Dotted key, such as `groups.whenMissing`. */
  readonly key: string | undefined;
  /** What is wrong, what is expected, and the nearest known key or value where there is one. */
  readonly message: string;
}
