import type { IncomingMessage, ServerResponse } from 'node:http';
import type { UserSnapshot } from '../directory/index.ts';
import type { SessionRecord } from '../sessions/index.ts';

/** One request as the gate judges it, whatever proxy described it. */
export interface GateRequest {
  /** Raw `Cookie` header. */
  readonly cookie: string | undefined;
  /** Method of the request that is judged; undefined when the proxy did not say, or is not believed. */
  readonly method: string | undefined;
  /** Host and path of the page asked for, in canonical form; undefined when the proxy did not say. */
  readonly host: string | undefined;
  readonly path: string | undefined;
  /** Nobody did anything just now (an open stream is looked after): not counted, and no reason to prolong a session. */
  readonly passive?: boolean;
}

export type Admission =
  | { readonly kind: 'admitted'; readonly identity: AdmittedIdentity }
  /** Nobody is signed in (no session, expired, ended). */
  | { readonly kind: 'signed_out' }
  /** Somebody is, and may not. */
  | { readonly kind: 'refused'; readonly reason: 'disabled_locally' | 'deactivated_by_scim' | 'policy' }
  /** It could not be found out: 503, never in. */
  | { readonly kind: 'unavailable' };

export interface AdmittedIdentity {
  readonly user: UserSnapshot;
  readonly role: string;
  readonly session: SessionRecord;
  /**
   * Identity headers, name then value, alternating, values already encoded for the wire (UTF-8 bytes as latin1):
   * every header of the set on every admission, empty where there is nothing.
   */
  readonly headers: readonly string[];
  /** The same with what makes an empty verify answer whole, so that answering allocates nothing. */
  readonly answer: readonly string[];
}

/** Who may ask: web for `/sso/session` and `/sso/me`, the built-in proxy, the verify endpoints. */
export interface Gate {
  /** Judges one request. Synchronous when everything needed is cached and trusted. Never rejects. */
  admit(request: GateRequest): Admission | Promise<Admission>;
  /** Serves `/sso/verify/*` in front of Express; false when the request is not the gate's. */
  handle(req: IncomingMessage, res: ServerResponse): boolean;
}

/** How a session is found in a raw `Cookie` header. */
export interface SessionCookie {
  readonly name: string;
  /** Digests of the different session ids in a `Cookie` header that we signed, in its order. Pure. */
  digests(header: string): readonly string[];
}

/** Plain numbers, so that counting costs the hot path nothing; telemetry reads them when it is scraped. */
export interface GateCounters {
  admitted: number;
  signed_out: number;
  refused: number;
  unavailable: number;
  /** Requests for which a store had to be asked. */
  asked: number;
}
