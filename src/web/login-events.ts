import type { AuditEvent } from '../audit/index.ts';
import { formatSource } from '../identity/index.ts';
import type { CommittedLogin } from '../jit/index.ts';
import { type Attempt, eventBase } from './attempt.ts';

/** What a login changed in the directory, as audit events: the user created, groups and memberships. */
export function changeEvents(attempt: Attempt, committed: CommittedLogin, at: number): readonly AuditEvent[] {
  const { user, created, added, removed, groupsCreated } = committed;
  const base = {
    ...eventBase(attempt, at),
    actor: { kind: 'person', name: user.id } as const,
    userId: user.id,
    userName: user.profile.userName,
  };
  return [
    ...(created ? [{ ...base, type: 'user.created' } as const] : []),
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
