import type { ProviderConfig } from './provider-types.ts';

export type * from './provider-types.ts';

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
