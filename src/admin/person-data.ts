import type { AuditStore, StoredAuditEvent } from '../audit/index.ts';
import type { Directory, LastClaims, LastClaimsStore } from '../directory/index.ts';
import { formatSource, type User } from '../identity/index.ts';
import { sessionRef, type SessionStore } from '../sessions/index.ts';

/** Everything Doorward keeps of one person, for the person: no secret, and nothing of others. Times are ISO 8601, UTC. */
export interface PersonData {
  readonly exportedAt: string;
  readonly profile: User['profile'] & { readonly id: string };
  readonly status: { readonly disabledAt: string | null; readonly deactivatedAt: string | null };
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly lastLoginAt: string | null;
  readonly identities: User['identities'];
  readonly groups: readonly { readonly name: string; readonly source: string }[];
  readonly idpRoles: User['idpRoles'];
  /** What the last sign-ins brought that rules are decided by. */
  readonly lastClaims: readonly (Omit<LastClaims, 'at'> & { readonly since: string })[];
  readonly sessions: readonly {
    readonly session: string;
    readonly provider: string;
    readonly startedAt: string;
    readonly lastSeenAt: string;
    readonly expiresAt: string;
    readonly userAgent: string | null;
    readonly address: string | null;
  }[];
  readonly history: readonly (Omit<StoredAuditEvent['event'], 'at'> & {
    readonly seq: number;
    readonly at: string;
  })[];
}

/** More events than anybody reads; the audit trail itself has all. */
const mostEvents = 10_000;

/** Gathers it; undefined when there is no such user. */
export async function personData(
  userId: string,
  deps: {
    directory: Pick<Directory, 'findUser'> & Pick<LastClaimsStore, 'claimsOf'> & Pick<AuditStore, 'read'>;
    sessions: Pick<SessionStore, 'listByUser'>;
    now: () => number;
  },
): Promise<PersonData | undefined> {
  const user = await deps.directory.findUser(userId);
  if (user === undefined) return undefined;
  const [sessions, claims, history] = await Promise.all([
    deps.sessions.listByUser(userId),
    deps.directory.claimsOf(userId),
    deps.directory.read({ user: userId, limit: mostEvents }),
  ]);
  return {
    exportedAt: iso(deps.now()),
    profile: { id: user.id, ...user.profile },
    status: { disabledAt: isoOrNull(user.disabledAt), deactivatedAt: isoOrNull(user.deactivatedAt) },
    createdAt: iso(user.createdAt),
    updatedAt: iso(user.updatedAt),
    lastLoginAt: isoOrNull(user.lastLoginAt),
    identities: user.identities,
    groups: user.memberships.map(({ group, source }) => ({ name: group, source: formatSource(source) })),
    idpRoles: user.idpRoles,
    lastClaims: claims.map(({ at, ...each }) => ({ ...each, since: iso(at) })),
    sessions: sessions.flatMap((session) =>
      session.login === undefined
        ? []
        : [
            {
              session: sessionRef(session.digest),
              provider: session.login.provider,
              startedAt: iso(session.createdAt),
              lastSeenAt: iso(session.lastSeenAt),
              expiresAt: iso(Math.min(session.idleExpiresAt, session.absoluteExpiresAt)),
              userAgent: session.login.userAgent ?? null,
              address: session.login.address ?? null,
            },
          ],
    ),
    history: history.map(({ seq, event: { at, ...event } }) => ({ seq, at: iso(at), ...event })),
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

function isoOrNull(time: number | undefined): string | null {
  return time === undefined ? null : iso(time);
}
