import type { AuditEvent } from '../audit/index.ts';
import { formatSource } from '../identity/index.ts';
import type { CommittedLogin } from '../jit/index.ts';
import { type Attempt, eventBase } from './attempt.ts';

/** What a login changed in the directory, as audit events. */
export function changeEvents(attempt: Attempt, committed: CommittedLogin, at: number): readonly AuditEvent[] {
  const actor = { kind: 'person', name: committed.user.id } as const;
  return committedEvents({ ...eventBase(attempt, at), actor }, committed);
}

/** The user created, groups and memberships, each as an audit event with this in it. */
export function committedEvents(
  by: Pick<AuditEvent, 'at' | 'actor' | 'reference' | 'provider' | 'address'>,
  committed: CommittedLogin,
): readonly AuditEvent[] {
  const { user, created, added, removed, groupsCreated } = committed;
  const base = { ...by, userId: user.id, userName: user.profile.userName };
  return [
    ...(created ? [{ ...base, type: 'user.created' } as const] : []),
    ...(committed.unmatched ? [{ ...base, type: 'scim.unmatched' } as const] : []),
    ...groupsCreated.map((group) => ({ ...base, type: 'group.created' as const, group })),
    ...added.map(({ group, source }) => ({
      ...base,
      type: 'membership.added' as const,
      group,
      source: formatSource(source),
    })),
    ...removed.map(({ group, source }) => ({
      ...base,
      type: 'membership.removed' as const,
      group,
      source: formatSource(source),
    })),
  ];
}
