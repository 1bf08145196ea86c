import type { AuditEvent } from '../../audit/index.ts';
import type { ScimGroupChange, ScimUserChange, ScimUserDeletion } from '../../directory/index.ts';
import type { Caller } from '../types.ts';

/** Audit events of what a client did; the directory stores them with the change itself. */
export function createEvents({ provider, actor }: Caller, at: number) {
  const base = { at, actor, provider: provider.id };

  return {
    user({ record, before, person, fields, replaced }: ScimUserChange): readonly AuditEvent[] {
      const about = { ...base, userId: record.userId, userName: record.userName };
      const events: AuditEvent[] = [];
      if (person !== undefined)
        events.push({ ...about, type: 'scim.user.created', resource: record.id, person });
      else events.push({ ...about, type: 'scim.user.updated', resource: record.id });
      if (replaced !== undefined)
        events.push({ ...base, type: 'user.updated', userId: replaced, fields: ['identities'] });
      if (person === 'new') events.push({ ...about, type: 'user.created' });
      else if (fields.length > 0) events.push({ ...about, type: 'user.updated', fields });
      const wasActive = before ? before.active : person !== 'returned';
      if (wasActive && !record.active) events.push({ ...about, type: 'user.deactivated' });
      if (!wasActive && record.active) events.push({ ...about, type: 'user.reactivated' });
      return events;
    },

    userDeleted({ record, left }: ScimUserDeletion): readonly AuditEvent[] {
      const about = { ...base, userId: record.userId, userName: record.userName };
      return [
        { ...about, type: 'scim.user.deleted', resource: record.id },
        ...(record.active ? [{ ...about, type: 'user.deactivated' } as const] : []),
        ...left.map((group): AuditEvent => ({
          ...about,
          type: 'membership.removed',
          group,
          source: `scim:${provider.id}`,
        })),
      ];
    },

    group(what: 'created' | 'updated' | 'deleted', change: ScimGroupChange): readonly AuditEvent[] {
      const { record, joined, left, granted, revoked, groupCreated } = change;
      const source = `scim:${provider.id}`;
      return [
        {
          ...base,
          type: `scim.group.${what}`,
          group: record.displayName,
          resource: record.id,
          joined,
          left,
        },
        ...(groupCreated === undefined
          ? []
          : [{ ...base, type: 'group.created', group: groupCreated } as const]),
        ...granted.map((each): AuditEvent => ({ ...base, type: 'membership.added', source, ...each })),
        ...revoked.map((each): AuditEvent => ({ ...base, type: 'membership.removed', source, ...each })),
      ];
    },
  };
}
