import type { IncomingMessage } from 'node:http';
import type { Actor, AuditWriter } from '../audit/index.ts';
import type { ScimActivityStore, ScimStore, ScimTokenStore } from '../directory/index.ts';
import type { Log } from '../identity/index.ts';

/** How people of a provider are recognized; the first way that knows anybody decides. */
export type MatchBy = 'subject' | 'userName' | 'email';

/** The part of a provider's file that SCIM goes by. A provider's config fits it as it stands. */
export interface ScimProvider {
  readonly id: string;
  readonly admit: { readonly emailDomains: readonly string[] };
  readonly trustEmail: boolean;
  readonly groups: {
    readonly map: readonly (readonly [idpName: string, group: string])[];
    readonly unmapped: 'ignore' | 'create';
  };
  readonly scim: ScimRule;
}

export interface ScimRule {
  /** What of a resource is what of a sign-in: `externalId` and the subject, both user names, or both addresses. */
  readonly match: readonly MatchBy[];
  /** Whether memberships come from SCIM groups, from what the login claims, or from both. */
  readonly groupsFrom: 'scim' | 'claims' | 'both';
  /** A person whose resource was deleted and is made again: as they were, or a new one. */
  readonly onReturn: 'restore' | 'new';
  /** Requests a second, over all processes; more are asked to wait. */
  readonly requestsPerSecond: number;
}

export interface ScimDeps {
  /** Public origin, without a slash at the end. */
  readonly baseUrl: string;
  /** By id; only these have SCIM. */
  readonly providers: ReadonlyMap<string, ScimProvider>;
  readonly store: ScimStore & { readonly tokens: ScimTokenStore; readonly activity: ScimActivityStore };
  /** Sessions' endings. */
  readonly endings: { endAllOf(userId: string, cause: 'deactivated', actor: Actor): Promise<number> };
  readonly audit: AuditWriter;
  /** The directory's: whether what was read before may still be used, and what changed. */
  readonly freshness: {
    check(): 'trusted' | 'ask';
    onInvalidated(listener: (key: string | undefined) => void): void;
  };
  /** The shared counters of sessions' TransientStore. */
  readonly transient: {
    increment(kind: string, key: string, window: number): Promise<{ count: number; resetsAt: number }>;
  };
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: (size: number) => Buffer;
  readonly log: Log;
  /** The client's address as far as it can be believed; the peer's by default. */
  readonly addressOf?: (req: IncomingMessage) => string | undefined;
  /** Told of every answer, for metrics. `provider` is empty where no token was accepted. */
  readonly onAnswered?: ScimAnswered | undefined;
}

export type ScimAnswered = (
  provider: string,
  operation: string,
  status: number,
  milliseconds: number,
) => void;

/** Who asks, for which provider. */
export interface Caller {
  readonly provider: ScimProvider;
  readonly actor: Actor;
}
