import type { Actor, AuditEvent } from '../audit/index.ts';
import type { Expectation, LinkStore } from '../directory/index.ts';
import { Failure, type IdentityKey, type Profile, type User } from '../identity/index.ts';

/** What an administrator decides of who is who: identities joined to users, and people added before they come. */
export interface Links {
  /** A person before the first login: found by external id or verified address, with local groups. */
  add(
    person: { profile: Profile; expected: readonly Expectation[]; groups: readonly string[] },
    actor: Actor,
  ): Promise<User>;
  /** `taken`: somebody else has that identity, and keeps it. */
  link(
    userId: string,
    identity: IdentityKey & { provider: string },
    actor: Actor,
  ): Promise<'linked' | 'already' | 'taken'>;
  /** False: the user has no such identity. */
  unlink(userId: string, identity: IdentityKey & { provider: string }, actor: Actor): Promise<boolean>;
}

/** @throws Failure `not_found` when there is no such user, `store_unavailable` when the directory does not answer */
export function createLinks(deps: { directory: LinkStore; now: () => number }): Links {
  const { directory, now } = deps;
  const nobody = () => new Failure('not_found', { detail: 'people.no_such_user' });
  const event =
    (
      type: 'identity.linked' | 'identity.unlinked',
      identity: IdentityKey & { provider: string },
      actor: Actor,
    ) =>
    (user: User): AuditEvent[] => [
      {
        type,
        at: now(),
        actor,
        userId: user.id,
        userName: user.profile.userName,
        provider: identity.provider,
        issuer: identity.issuer,
        subject: identity.subject,
      },
    ];
  return {
    add(person, actor) {
      const at = now();
      return directory.addPerson({ ...person, at }, (user): AuditEvent[] => {
        const about = { at, actor, userId: user.id, userName: user.profile.userName };
        return [
          { ...about, type: 'user.created' },
          ...person.groups.map((group): AuditEvent => ({
            ...about,
            type: 'membership.added',
            group,
            source: 'local',
          })),
        ];
      });
    },
    async link(userId, identity, actor) {
      const result = await directory.linkIdentity(
        userId,
        identity,
        event('identity.linked', identity, actor),
      );
      if (result === undefined) throw nobody();
      return result;
    },
    async unlink(userId, identity, actor) {
      const result = await directory.unlinkIdentity(
        userId,
        identity,
        event('identity.unlinked', identity, actor),
      );
      if (result === undefined) throw nobody();
      return result;
    },
  };
}
