import { comparable, type User } from '../../identity/index.ts';
import type { EventDeps } from './deps.ts';
import type { PersonId } from './subject.ts';

/**
 * The person whom a provider names, if it may speak of them: only people who have an identity of this very provider. An
 * address counts only when the provider vouches for it, and leads to one person; it is the weakest of the names.
 */
export async function personOf(
  provider: string,
  issuers: readonly string[],
  ids: readonly PersonId[],
  users: EventDeps['users'],
): Promise<User | undefined> {
  for (const id of ids) {
    const found = (await candidates(id, issuers, users)).filter((user) =>
      user.identities.some((identity) => identity.provider === provider && isNamed(identity, id)),
    );
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
  }
  return undefined;
}

async function candidates(
  id: PersonId,
  issuers: readonly string[],
  users: EventDeps['users'],
): Promise<readonly User[]> {
  if (id.kind === 'email') {
    const named = await users.findByName(id.email);
    return named.filter(
      ({ profile }) =>
        profile.emailVerified &&
        profile.email !== undefined &&
        comparable(profile.email) === comparable(id.email),
    );
  }
  const keys =
    id.kind === 'iss_sub'
      ? [{ issuer: id.issuer, subject: id.subject }]
      : issuers.map((issuer) => ({ issuer, subject: id.id }));
  const found = await Promise.all(keys.map((key) => users.findByIdentity(key)));
  return found.filter((user) => user !== undefined);
}

function isNamed(identity: User['identities'][number], id: PersonId): boolean {
  if (id.kind === 'email') return true;
  if (id.kind === 'opaque') return identity.subject === id.id;
  return identity.issuer === id.issuer && identity.subject === id.subject;
}
