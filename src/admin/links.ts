import type { Actor, AuditEvent } from '../audit/index.ts';
import type { Directory, Expectation, LinkStore } from '../directory/index.ts';
import { Failure, type IdentityKey, type Profile, type User } from '../identity/index.ts';
import type { Endings } from '../sessions/index.ts';
import type { EvenLast, KeepOne } from './last-administrator.ts';

type Identity = IdentityKey & { readonly provider: string };

/** What an administrator decides of who is who: identities joined to users, and people added before they come. */
export interface Links {
  /** A person before the first login: found by external id or verified address, with local groups. */
  add(
    person: { profile: Profile; expected: readonly Expectation[]; groups: readonly string[] },
    actor: Actor,
  ): Promise<User>;
  /** `taken`: somebody else has that identity, and keeps it. */
  link(userId: string, identity: Identity, actor: Actor): Promise<'linked' | 'already' | 'taken'>;
  /** The user's sessions end. `changed` is false when the user has no such identity. */
  unlink(
    userId: string,
    identity: Identity,
    actor: Actor,
    options?: EvenLast,
  ): Promise<{ changed: boolean; ended: number }>;
  /** A new subject at a provider: whatever else the user had there is taken away (how many), and the sessions end. */
  relink(
    userId: string,
    identity: Identity,
    actor: Actor,
  ): Promise<'taken' | { takenAway: number; ended: number }>;
}

/**
 * @throws Failure `not_found` when there is no such user, `forbidden` (by {@link KeepOne}) when nobody could undo it,
 *   `store_unavailable` when a store does not answer.
 */
export function createLinks(deps: {
  directory: LinkStore & Pick<Directory, 'findUser'>;
  endings: Pick<Endings<Actor>, 'endAllOf'>;
  keepOne: KeepOne;
  now: () => number;
}): Links {
  const { directory, endings, keepOne, now } = deps;
  const nobody = () => new Failure('not_found', { detail: 'people.no_such_user' });
  const event =
    (type: 'identity.linked' | 'identity.unlinked', identity: Identity, actor: Actor) =>
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
  async function link(userId: string, identity: Identity, actor: Actor) {
    const result = await directory.linkIdentity(userId, identity, event('identity.linked', identity, actor));
    if (result === undefined) throw nobody();
    return result;
  }

  async function takeAway(userId: string, identity: Identity, actor: Actor): Promise<boolean> {
    const told = event('identity.unlinked', identity, actor);
    const result = await directory.unlinkIdentity(userId, identity, told);
    if (result === undefined) throw nobody();
    return result;
  }

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
    link,
    async unlink(userId, identity, actor, options) {
      await keepOne(userId, options, (user) => ({
        ...user,
        identities: user.identities.filter((each) => !isSame(each, identity)),
      }));
      const changed = await takeAway(userId, identity, actor);
      return { changed, ended: changed ? await endings.endAllOf(userId, 'revoked', actor) : 0 };
    },
    async relink(userId, identity, actor) {
      if ((await link(userId, identity, actor)) === 'taken') return 'taken';
      const user = await directory.findUser(userId);
      const others = (user?.identities ?? []).filter(
        (each) => each.provider === identity.provider && !isSame(each, identity),
      );
      for (const each of others) await takeAway(userId, each, actor);
      return { takenAway: others.length, ended: await endings.endAllOf(userId, 'revoked', actor) };
    },
  };
}

function isSame(one: Identity, other: Identity): boolean {
  return one.provider === other.provider && one.issuer === other.issuer && one.subject === other.subject;
}
