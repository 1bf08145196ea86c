import type { Directory } from '../directory/index.ts';
import { Failure, type User } from '../identity/index.ts';
import type { Administrators } from './administrators.ts';

/** Says that the last administrator is meant, too. */
export interface EvenLast {
  readonly evenLast?: boolean;
}

/** Detail of the Failure that keeps the last administrator. */
export const lastAdministrator = 'people.last_administrator';

/** Throws when a change would leave nobody who could undo it. */
export type KeepOne = (
  userId: string,
  options?: EvenLast,
  /** The user as the change leaves them; without it, they cannot come in at all. */
  after?: (user: User) => User,
) => Promise<void>;

/** @throws (by what it gives) Failure `forbidden` with {@link lastAdministrator}, `store_unavailable` */
export function keepOneAdministrator(deps: {
  directory: Pick<Directory, 'findUser'>;
  administrators: Pick<Administrators, 'isLast' | 'includes'>;
}): KeepOne {
  const { directory, administrators } = deps;
  return async (userId, options = {}, after) => {
    if (options.evenLast === true) return;
    const user = await directory.findUser(userId);
    if (user === undefined || user.disabledAt !== undefined) return;
    if (after !== undefined && administrators.includes(after(user))) return;
    if (await administrators.isLast(user)) throw new Failure('forbidden', { detail: lastAdministrator });
  };
}
