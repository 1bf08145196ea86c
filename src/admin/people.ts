import type { Actor, AuditEvent } from '../audit/index.ts';
import type { ConsoleStore, Directory } from '../directory/index.ts';
import { Failure, type User } from '../identity/index.ts';
import type { Endings } from '../sessions/index.ts';
import type { EvenLast, KeepOne } from './last-administrator.ts';

/** What an administrator does to people, by whatever road: command, console, JSON API. */
export interface People {
  /** Switches a user off here and ends the sessions. Safe to repeat: whatever was left undone is done. */
  disable(
    userId: string,
    actor: Actor,
    why?: string,
    options?: EvenLast,
  ): Promise<{ changed: boolean; ended: number; user: User }>;
  /** Lets a user in again whom an administrator, or a security event, had switched off; SCIM's word is not touched. */
  enable(userId: string, actor: Actor, why?: string): Promise<{ changed: boolean; user: User }>;
  /** Local membership; the group is made when there is none of that name. True when it changed. */
  addToGroup(userId: string, group: string, actor: Actor): Promise<boolean>;
  removeFromGroup(userId: string, group: string, actor: Actor, options?: EvenLast): Promise<boolean>;
  /** Ends all sessions; the user may sign in again. How many there were. */
  endSessions(userId: string, actor: Actor): Promise<number>;
  /**
   * Removes a person for good, as the law gives people a right to: sessions, profile, identities, memberships, and what is
   * personal in the audit trail, which keeps the id as a pseudonym. Somebody who signs in again later is somebody new.
   */
  erase(userId: string, actor: Actor, options?: EvenLast): Promise<{ ended: number }>;
}

/**
 * @throws Failure `not_found` when there is no such user, `forbidden` (by {@link KeepOne}) when nobody could undo it,
 *   `store_unavailable` when a store does not answer.
 */
export function createPeople(deps: {
  directory: Directory & Pick<ConsoleStore, 'eraseUser'>;
  endings: Endings<Actor>;
  keepOne: KeepOne;
  now: () => number;
}): People {
  const { directory, endings, keepOne, now } = deps;
  const about = (user: User) => ({ userId: user.id, userName: user.profile.userName });
  const nobody = () => new Failure('not_found', { detail: 'people.no_such_user' });

  return {
    async disable(userId, actor, why, options) {
      await keepOne(userId, options);
      const at = now();
      const reason = why !== undefined && { why };
      const result = await directory.setDisabled(userId, { at, ...reason }, (user): AuditEvent[] => [
        { type: 'user.disabled', at, actor, ...about(user), ...reason },
      ]);
      if (!result) throw nobody();
      // The flag is down first, so that a login in flight cannot make a session that this ending misses.
      const ended = await endings.endAllOf(userId, 'disabled', actor);
      return { ...result, ended };
    },
    async enable(userId, actor, why) {
      const at = now();
      const result = await directory.setDisabled(userId, undefined, (user): AuditEvent[] => [
        { type: 'user.enabled', at, actor, ...about(user), ...(why !== undefined && { why }) },
      ]);
      if (!result) throw nobody();
      const signalled = await directory.setDeactivated(
        userId,
        undefined,
        (user): AuditEvent[] => [{ type: 'user.reactivated', at, actor, ...about(user) }],
        'signals:',
      );
      return signalled?.changed === true ? signalled : result;
    },
    async addToGroup(userId, group, actor) {
      const at = now();
      await directory.createGroup(group, at, (): AuditEvent[] => [
        { type: 'group.created', at, actor, group },
      ]);
      const changed = await directory.addLocalMembership(userId, group, at, (user): AuditEvent[] => [
        { type: 'membership.added', at, actor, group, source: 'local', ...about(user) },
      ]);
      if (changed === undefined) throw nobody();
      return changed;
    },
    async removeFromGroup(userId, group, actor, options) {
      await keepOne(userId, options, (user) => ({
        ...user,
        memberships: user.memberships.filter((each) => each.group !== group || each.source.kind !== 'local'),
      }));
      const at = now();
      const changed = await directory.removeLocalMembership(userId, group, at, (user): AuditEvent[] => [
        { type: 'membership.removed', at, actor, group, source: 'local', ...about(user) },
      ]);
      return changed === true;
    },
    endSessions: (userId, actor) => endings.endAllOf(userId, 'revoked', actor),
    async erase(userId, actor, options) {
      await keepOne(userId, options);
      const at = now();
      // Disabled first: nobody signs in between the end of the sessions and the end of the user.
      const found = await directory.setDisabled(userId, { at }, (): AuditEvent[] => []);
      if (!found) throw nobody();
      const ended = await endings.endAllOf(userId, 'erased', actor);
      await directory.eraseUser(userId, (): AuditEvent[] => [{ type: 'user.erased', at, actor, userId }]);
      return { ended };
    },
  };
}
