import type { Config, ProviderConfig } from '../config/index.ts';
import type { UserSnapshot } from '../directory/index.ts';
import { roleOf, standingRefusal } from '../identity/index.ts';
import { admittedAnswer, type EmptyAnswer } from './answers.ts';
import { boundedMap } from './bounded-map.ts';
import { identityHeaders } from './identity-headers.ts';

/** What the gate says of a user who signed in with one provider, made once per change of the user. */
export interface UserView {
  readonly provider: string;
  readonly role: string;
  readonly headers: readonly string[];
  readonly answer: EmptyAnswer;
  /** By index of the policy's rules: does the rule let this person in? */
  readonly allowed: (boolean | undefined)[];
}

/** A user as the gate remembers them. `snapshot` is undefined as soon as it may no longer be used. */
export interface CachedUser {
  snapshot: UserSnapshot | undefined;
  readonly refusal: 'disabled_locally' | 'deactivated_by_scim' | undefined;
  /** One a provider that the user signed in with; nearly always a single one. */
  views: UserView[];
  /** When the directory last said so, on the clock that never goes back, milliseconds. */
  confirmedAt: number;
  used: boolean;
  readonly weight: number;
}

export interface UserCache {
  get(userId: string): CachedUser | undefined;
  /** Remembers what the directory just said; an entry of the same version is confirmed and kept as it is. */
  put(snapshot: UserSnapshot, confirmedAt: number): CachedUser;
  /** A remembrance that is not kept: the snapshot may have changed while it was being read. */
  passing(snapshot: UserSnapshot, confirmedAt: number): CachedUser;
  drop(userId: string | undefined): void;
  /** The view for a provider, or undefined when there is no such provider (any more). */
  view(user: CachedUser, provider: string): UserView | undefined;
}

/** Groups count, so that ten thousand users with thousands of groups do not take all memory. */
const capacity = 6_000_000;
const weightOfUser = 20;

/** The users whom the gate remembers, with their headers precomputed per provider. */
export function userCache(config: Pick<Config, 'headers' | 'providers'>): UserCache {
  const providers = new Map<string, ProviderConfig>(
    config.providers.map((provider) => [provider.id, provider]),
  );
  const users = boundedMap<CachedUser>({
    capacity,
    weigh: (user) => user.weight,
    onGone(user) {
      user.snapshot = undefined;
      user.views = [];
    },
  });

  function remember(snapshot: UserSnapshot, confirmedAt: number): CachedUser {
    return {
      snapshot,
      refusal: standingRefusal(snapshot),
      views: [],
      confirmedAt,
      used: false,
      weight: weightOfUser + snapshot.groups.length,
    };
  }

  return {
    get: (userId) => users.get(userId),
    passing: remember,
    put(snapshot, confirmedAt) {
      const known = users.get(snapshot.id);
      if (known?.snapshot?.version === snapshot.version) {
        known.confirmedAt = confirmedAt;
        return known;
      }
      const user = remember(snapshot, confirmedAt);
      users.set(snapshot.id, user);
      return user;
    },
    drop(userId) {
      if (userId === undefined) users.clear();
      else users.delete(userId);
    },
    view(user, provider) {
      for (const view of user.views) if (view.provider === provider) return view;
      const rule = providers.get(provider)?.role;
      if (rule === undefined || user.snapshot === undefined) return undefined;
      const role = roleOf(rule, user.snapshot.groups, user.snapshot.idpRoles[provider]);
      const headers = identityHeaders(user.snapshot, role, config.headers);
      const answer = admittedAnswer(headers);
      const view = { provider, role, headers, answer, allowed: [] };
      user.views.push(view);
      return view;
    },
  };
}
