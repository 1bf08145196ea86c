import type { IncomingMessage, ServerResponse } from 'node:http';
import type { UserSnapshot } from '../directory/index.ts';
import type { IdentityKey, User } from '../identity/index.ts';
import type { SessionRecord } from '../sessions/index.ts';
import type { PersonalToken } from '../tokens/index.ts';
import type { EmptyAnswer } from './answers.ts';

/** One request as the gate judges it, whatever proxy described it. */
export interface GateRequest {
  /** Raw `Cookie` header. */
  readonly cookie: string | undefined;
  /** Method of the request that is judged; undefined when the proxy did not say, or is not believed. */
  readonly method: string | undefined;
  /** Host and path of the page asked for, in canonical form; undefined when the proxy did not say. */
  readonly host: string | undefined;
  readonly path: string | undefined;
  /** Raw `Authorization` header; without it no token is looked for. */
  readonly authorization?: string | undefined;
  /** Methods that the client wants the application to go by instead (`X-HTTP-Method-Override`). */
  readonly methodOverrides?: readonly string[] | undefined;
  /** A page of the gateway itself: the policy does not hold for it, and `anonymous` and `step_up` never come of it. */
  readonly own?: boolean;
  /** Nobody did anything just now (an open stream is looked after): not counted, and no reason to prolong a session. */
  readonly passive?: boolean;
}

export type Admission =
  | { readonly kind: 'admitted'; readonly identity: AdmittedIdentity }
  /** A public page: let in as nobody. */
  | { readonly kind: 'anonymous'; readonly headers: readonly string[]; readonly answer: EmptyAnswer }
  /** Nobody is signed in (no session, expired, ended). `token`: one was brought, and is not worth anything. */
  | { readonly kind: 'signed_out'; readonly token?: 'rejected' }
  /** Somebody is, but the rule wants a more recent or a stronger sign-in. */
  | StepUp
  /** Somebody is, and may not. */
  | { readonly kind: 'refused'; readonly reason: 'disabled_locally' | 'deactivated_by_scim' | 'policy' }
  /** It could not be found out: 503, never in. */
  | { readonly kind: 'unavailable' };

export interface StepUp {
  readonly kind: 'step_up';
  /** Where the person signed in, and can do so again; undefined for a token, which cannot. */
  readonly provider: string | undefined;
  /** Milliseconds that the sign-in may be ago. */
  readonly maxAge: number | undefined;
  /** One of these contexts. Empty: any. */
  readonly acr: readonly string[];
}

export interface AdmittedIdentity {
  readonly user: UserSnapshot;
  readonly role: string;
  readonly session: SessionRecord;
  /**
   * Identity headers, name then value, alternating, values already encoded for the wire (UTF-8 bytes as latin1):
   * every header of the set on every admission, empty where there is nothing. The assertion is apart.
   */
  readonly headers: readonly string[];
  /** What a verify answer is made of; written by `answerAdmitted` only, because all sessions of a user share it. */
  readonly answer: EmptyAnswer;
  /** Value of {@link assertionHeader} for the application that was asked for; empty where there is none. */
  readonly assertion: string;
  /** A bearer token let them in, not a session. */
  readonly byToken?: true;
}

/** Who may ask: web for `/sso/session` and `/sso/me`, the built-in proxy, the verify endpoints. */
export interface Gate {
  /** Judges one request. Synchronous when everything needed is cached and trusted. Never rejects. */
  admit(request: GateRequest): Admission | Promise<Admission>;
  /** Serves `/sso/verify/*` in front of Express; false when the request is not the gate's. */
  handle(req: IncomingMessage, res: ServerResponse): boolean;
}

/** Signs assertions at once and from memory: what the gate needs of the keys room. */
export interface Signer {
  keyId(): string | undefined;
  sign(claims: Readonly<Record<string, unknown>>): string | undefined;
}

/** Where tokens are looked up: what the gate needs of the directory for `Authorization: Bearer`. */
export interface TokenSource {
  /** A personal token by its digest, whatever became of it. */
  findToken(digest: string): Promise<PersonalToken | undefined>;
  /** Notes that a token was used. */
  tokenUsed(id: string, at: number): Promise<void>;
  findByIdentity(key: IdentityKey): Promise<User | undefined>;
}

/** How a session is found in a raw `Cookie` header. */
export interface SessionCookie {
  readonly name: string;
  /** Digests of the different session ids in a `Cookie` header that we signed, in its order. Pure. */
  digests(header: string): readonly string[];
  /** The cookie that stands for a session at a host of another domain; undefined for all other hosts. */
  at?(host: string | undefined): SessionCookie | undefined;
}

/** Plain numbers, so that counting costs the hot path nothing; telemetry reads them when it is scraped. */
export interface GateCounters {
  admitted: number;
  signed_out: number;
  refused: number;
  anonymous: number;
  step_up: number;
  unavailable: number;
  /** Requests for which a store had to be asked. */
  asked: number;
  /** Requests with a session or token that memory alone could answer. */
  remembered: number;
}
