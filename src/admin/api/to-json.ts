import type { z } from 'zod';
import type { LoginTraceRow, ScimToken } from '../../directory/index.ts';
import { Failure, formatSource, type User } from '../../identity/index.ts';
import { deviceOf, sessionRef, type SessionRecord } from '../../sessions/index.ts';
import { statusOf } from '../console/people-pages.ts';
import type { AdminScim } from '../types.ts';
import type { personSchema, scimTokenSchema, sessionSchema } from './schemas.ts';

/** A moment as the API has it. */
export const iso = (at: number): string => new Date(at).toISOString();
export const isoOrNull = (at: number | undefined): string | null => (at === undefined ? null : iso(at));

/** What was asked for. @throws Failure `not_found` when there is none. */
export async function found<T>(wanted: Promise<T | undefined>): Promise<T> {
  const value = await wanted;
  if (value === undefined) throw new Failure('not_found', { detail: 'admin.api' });
  return value;
}

/** A person as the API has them. */
export function personJson(user: User): z.input<typeof personSchema> {
  const { id, profile } = user;
  return {
    id,
    userName: profile.userName,
    displayName: profile.displayName ?? null,
    email: profile.email ?? null,
    emailVerified: profile.emailVerified,
    status: statusOf(user),
    groups: user.memberships.map(({ group, source }) => ({ name: group, source: formatSource(source) })),
    identities: user.identities.map(({ provider, issuer, subject }) => ({ provider, issuer, subject })),
    createdAt: iso(user.createdAt),
    lastLoginAt: isoOrNull(user.lastLoginAt),
  };
}

/** Sessions that have a login. */
export function sessionsJson(sessions: readonly SessionRecord[]): z.input<typeof sessionSchema>[] {
  return sessions.flatMap((session) => {
    const { login } = session;
    if (login === undefined) return [];
    const { browser, system } = deviceOf(login.userAgent);
    return [
      {
        session: sessionRef(session.digest),
        userId: login.userId,
        provider: login.provider,
        device: [browser, system].filter((each) => each !== undefined).join(' on ') || 'unknown',
        address: login.address ?? null,
        startedAt: iso(session.createdAt),
        lastSeenAt: iso(session.lastSeenAt),
        expiresAt: iso(Math.min(session.idleExpiresAt, session.absoluteExpiresAt)),
      },
    ];
  });
}

/** A token of a provisioning client, without its digest; undefined for one that was only issued to a client. */
export function scimTokenJson(
  token: ScimToken,
  scim: Pick<AdminScim, 'endsWithin'>,
): z.input<typeof scimTokenSchema> | undefined {
  const { id, provider, kind, name } = token;
  if (kind === 'access') return undefined;
  return {
    id,
    provider,
    kind,
    name,
    createdAt: iso(token.createdAt),
    expiresAt: isoOrNull(token.expiresAt),
    endsWithinDays: scim.endsWithin(token) ?? null,
    lastUsedAt: isoOrNull(token.lastUsedAt),
    revokedAt: isoOrNull(token.revokedAt),
  };
}

/** A sign-in as a line of a list. */
export function loginJson({ reference, at, provider, outcome, why, userId, userName }: LoginTraceRow) {
  return {
    reference,
    at: iso(at),
    provider,
    outcome,
    why: why ?? null,
    userId: userId ?? null,
    userName: userName ?? null,
  };
}
