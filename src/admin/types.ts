import type { Request, RequestHandler } from 'express';
import type { Actor, AuditEvent, AuditWriter } from '../audit/index.ts';
import type { Config, Ending } from '../config/index.ts';
import type { OpenDirectory, ScimToken, UserSnapshot } from '../directory/index.ts';
import type { Log } from '../identity/index.ts';
import type { Endings, SessionRecord, SessionStore, TransientStore } from '../sessions/index.ts';
import type { Invitations } from './invitations.ts';
import type { Links } from './links.ts';
import type { People } from './people.ts';

/** Everything the console and its API are handed by app.ts, as narrow as they need it. */
export interface AdminDeps {
  readonly config: Config;
  readonly directory: OpenDirectory<AuditEvent>;
  readonly sessions: SessionStore;
  readonly transient: Pick<TransientStore, 'get' | 'put' | 'take'>;
  readonly endings: Endings<Actor>;
  readonly people: People;
  readonly links: Links;
  readonly invitations: Invitations;
  readonly scim: AdminScim;
  readonly apiTokens: AdminApiTokens;
  readonly audit: AuditWriter;
  readonly gate: AdminGate;
  /** By id, in the order of the buttons. */
  readonly providers: ReadonlyMap<string, AdminProvider>;
  /** Certificates and secrets that end one day, soonest first. */
  credentials(): readonly Ending[];
  /** Folder of the templates, and the static files below `/admin/static`. */
  readonly views: string;
  readonly files: { url(name: string): string; readonly handler: RequestHandler<{ file: string }> };
  /** Headers of every answer; the content security policy allows our own scripts and no other. */
  readonly securityHeaders: RequestHandler;
  /** Address of the client, as far as it can be believed. */
  addressOf(req: Request): string | undefined;
  /** A new reference number. */
  reference(): string;
  random(bytes: number): Uint8Array;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
}

/** What the console asks of the gate: who is this? */
export interface AdminGate {
  admit(request: {
    readonly cookie: string | undefined;
    readonly method: string | undefined;
    readonly host: string | undefined;
    readonly path: string | undefined;
    /** A page of our own: the policy for applications does not hold for it. */
    readonly own: true;
  }): AdminAdmission | Promise<AdminAdmission>;
}

export type AdminAdmission =
  | {
      readonly kind: 'admitted';
      readonly identity: {
        readonly user: UserSnapshot;
        readonly role: string;
        readonly session: SessionRecord;
      };
    }
  | { readonly kind: 'signed_out' | 'anonymous' | 'step_up' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unavailable' };

/** What the console asks of the API tokens that people made for their scripts. */
export interface AdminApiTokens {
  /** The live ones, newest first. Times in milliseconds since the epoch. */
  list(userId: string): Promise<
    readonly {
      readonly id: string;
      readonly name: string;
      readonly provider: string;
      readonly createdAt: number;
      readonly expiresAt: number;
      readonly lastUsedAt: number | undefined;
    }[]
  >;
  /** False when this person has no such live token. */
  revoke(userId: string, id: string, actor: Actor): Promise<boolean>;
}

/** What the console asks of provisioning. */
export interface AdminScim {
  /** Ids of the providers that provision. */
  readonly providers: readonly string[];
  status(provider: string): Promise<AdminScimStatus>;
  tokens(provider: string): Promise<readonly ScimToken[]>;
  /** 30, 14 or 3: the days within which the token ends; undefined when there is nothing to warn of. */
  endsWithin(token: ScimToken): number | undefined;
  /** The secret is in the answer and nowhere else. */
  createToken(request: {
    readonly provider: string;
    readonly kind: 'bearer' | 'client';
    readonly name: string;
    readonly expiresAt: number | undefined;
    readonly actor: Actor;
  }): Promise<{ readonly token: ScimToken; readonly secret: string }>;
  /** Undefined: there is no such token; false: it was revoked before. */
  revokeToken(id: string, actor: Actor): Promise<boolean | undefined>;
}

export interface AdminScimStatus {
  readonly provider: string;
  readonly users: number;
  readonly inactive: number;
  readonly groups: number;
  readonly lastRequest: string | undefined;
  readonly requests: number;
  readonly done: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
  readonly lastRefused: { readonly at: string; readonly why: string } | undefined;
  readonly neverSignedIn: AdminScimPeople;
  readonly notProvisioned: AdminScimPeople;
}

interface AdminScimPeople {
  readonly total: number;
  readonly people: readonly { readonly userName: string }[];
}

/** What the console shows of a provider that is running. */
export interface AdminProvider {
  readonly id: string;
  readonly label: string;
  readonly preset: string;
  readonly protocol: 'oidc' | 'saml';
  health(): { readonly state: 'unknown' | 'up' | 'down'; readonly since: number | undefined };
}

/** Who works in the console. */
export interface Operator {
  /** What the audit trail says of them. */
  readonly actor: Actor;
  readonly name: string;
  /** When they proved who they are, milliseconds since the epoch. */
  readonly authenticatedAt: number;
  /** Where they sign in again; undefined for a recovery session, which cannot. */
  readonly provider: string | undefined;
  /** What the tokens of their forms are made from. */
  readonly digest: string;
  /** The session in which they work; it is not offered to be ended. */
  readonly userId: string | undefined;
}
