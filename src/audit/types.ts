import type { FailureCode, RefusalReason } from '../identity/index.ts';

/** Who did it: a person at a login, an administrator at the command line or console, SCIM, the IdP, or the gateway itself. */
export interface Actor {
  readonly kind: 'person' | 'command' | 'admin' | 'scim' | 'idp' | 'system';
  /** User id, operating-system user, token name, provider id. */
  readonly name?: string;
}

interface EventBase {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly actor: Actor;
  /** What support asks for: also on the page the person saw. */
  readonly reference?: string;
  readonly userId?: string;
  readonly userName?: string;
  readonly provider?: string;
  /** Address of the client, as far as it can be believed. */
  readonly address?: string;
}

/** The one event type. `doorward audit` prints each as one JSON line. Never a secret, a token or an assertion in it. */
export type AuditEvent = EventBase &
  (
    | { readonly type: 'login'; readonly sessionRef: string; readonly created: boolean }
    | {
        readonly type: 'login.refused';
        readonly reason: RefusalReason;
        readonly issuer?: string;
        readonly subject?: string;
        readonly idpMessage?: string;
      }
    | {
        readonly type: 'login.failed';
        readonly code: FailureCode;
        readonly detail?: string;
        readonly cause?: string;
      }
    | { readonly type: 'user.created' | 'user.invited' }
    | { readonly type: 'user.invitation_failed'; readonly cause: string }
    | {
        readonly type: 'identity.linked' | 'identity.unlinked';
        readonly issuer: string;
        readonly subject: string;
      }
    | { readonly type: 'user.updated'; readonly fields: readonly string[] }
    | { readonly type: 'user.disabled'; readonly why?: string }
    | { readonly type: 'user.enabled'; readonly why?: string }
    | { readonly type: 'user.deactivated' | 'user.reactivated' | 'user.erased' }
    | {
        readonly type: 'membership.added' | 'membership.removed';
        readonly group: string;
        readonly source: string;
      }
    | { readonly type: 'group.created' | 'group.removed'; readonly group: string }
    /** Somebody at the machine opened the console without signing in (`doorward admin recover`). */
    | { readonly type: 'admin.recovery_link' | 'admin.recovered' }
    | {
        readonly type: 'scim.user.created';
        /** Id of the SCIM resource. */
        readonly resource: string;
        /** Somebody new, somebody who had signed in before, or somebody whose resource was deleted. */
        readonly person: 'new' | 'known' | 'returned';
      }
    | { readonly type: 'scim.user.updated' | 'scim.user.deleted'; readonly resource: string }
    | {
        readonly type: 'scim.group.created' | 'scim.group.updated' | 'scim.group.deleted';
        /** Its displayName at the provider. */
        readonly group: string;
        readonly resource: string;
        /** Members that came and went with the request. */
        readonly joined: number;
        readonly left: number;
      }
    /** Somebody signed in for the first time whom the provider's SCIM has not made. */
    | { readonly type: 'scim.unmatched' }
    | {
        readonly type: 'scim.refused';
        readonly status: number;
        readonly scimType?: string;
        readonly method: string;
        readonly path: string;
        readonly detail: string;
      }
    | {
        readonly type: 'scim.token.created' | 'scim.token.revoked';
        readonly token: string;
        readonly kind: 'bearer' | 'client';
        readonly name: string;
      }
    | {
        readonly type: 'key.created' | 'key.hastened';
        readonly use: string;
        readonly keyId: string;
        readonly signsFrom: number;
      }
    | {
        readonly type: 'token.created' | 'token.revoked';
        readonly tokenId: string;
        readonly tokenName: string;
      }
    | {
        /** A security event of an identity provider, verified, and what came of it. */
        readonly type: 'signal.received';
        /** Short name of the event: `session-revoked`. */
        readonly event: string;
        readonly effect: string;
        /** Sessions that ended. */
        readonly ended: number;
      }
    | { readonly type: 'session.ended'; readonly cause: SessionEndCause; readonly sessionRef: string }
    | {
        /** Rules that take much away wait for an administrator's word; and that word. */
        readonly type: 'config.held' | 'config.accepted';
        readonly version: string;
        /** One line for each provider: what would be taken away. */
        readonly losses?: readonly string[];
      }
    | {
        readonly type: 'config.loaded' | 'config.rejected';
        readonly version?: string;
        readonly problems?: number;
      }
  );

/** Every ending has a cause; the set is closed. */
export type SessionEndCause =
  | 'logout'
  | 'replaced'
  | 'disabled'
  | 'deactivated'
  | 'erased'
  | 'revoked'
  | 'idp_logout'
  | 'idp_event'
  | 'refresh_rejected'
  | 'idp_unreachable'
  | 'expired';

export interface AuditFilter {
  readonly since?: number;
  readonly type?: string;
  readonly user?: string;
  readonly reference?: string;
  /** Only records after this number. */
  readonly after?: number;
  /** The oldest ones of those that match, in place of the newest. */
  readonly oldest?: boolean;
  /** Newest ones, at most; default 100. */
  readonly limit?: number;
}

export interface StoredAuditEvent {
  /** Grows with every event of the directory. */
  readonly seq: number;
  readonly event: AuditEvent;
}

/** What audit needs of the directory: rows appended in order, never changed. */
export interface AuditStore {
  append(events: readonly AuditEvent[]): Promise<void>;
  /** Oldest first among the newest `limit` that match. */
  read(filter: AuditFilter): Promise<readonly StoredAuditEvent[]>;
}

/** What every room that reports something is handed. Rejects when the record could not be written: fail closed. */
export interface AuditWriter {
  write(...events: readonly AuditEvent[]): Promise<void>;
}
