import type { ProviderConfig } from '../config/index.ts';
import { emailDomain, roleOf } from '../identity/index.ts';
import type { Links } from './links.ts';

/** A person before the first login, as an administrator describes them. */
export interface NewPerson {
  readonly email: string | undefined;
  /** The person's id at `provider`, or, without one, the id that providers with `linkBy: externalId` share. */
  readonly externalId: string | undefined;
  /** Undefined: whichever they come by. */
  readonly provider: string | undefined;
  readonly displayName: string | undefined;
  readonly groups: readonly string[];
  /** A role that their groups should give; the groups that do are added. */
  readonly role?: string | undefined;
}

type Rules = Pick<ProviderConfig, 'id' | 'role' | 'jit'>;

/** What `Links.add` takes, or in one sentence what is wrong with the description. */
export function readNewPerson(
  person: NewPerson,
  providers: readonly Rules[],
): { readonly person: Parameters<Links['add']>[0] } | { readonly wrong: string } {
  const { email, externalId, provider, displayName, role } = person;
  if (email === undefined && externalId === undefined)
    return { wrong: 'Say how to know the person: by an address, or by an external id.' };
  if (email !== undefined && emailDomain(email) === undefined) return { wrong: 'That is no email address.' };
  if (provider !== undefined && !providers.some(({ id }) => id === provider))
    return { wrong: `There is no provider "${provider}".` };
  if (
    externalId !== undefined &&
    provider === undefined &&
    !providers.some(({ jit }) => jit.linkBy === 'externalId')
  )
    return { wrong: 'An id belongs to a provider: choose one.' };
  const asked = [...new Set(person.groups)];
  const more = role === undefined ? [] : groupsForRole(role, asked, providers, provider);
  if (more === undefined)
    return {
      wrong: `No group of the file gives the role "${role}"${asked.length > 0 ? ' together with those groups' : ''}: see role.map.`,
    };
  return {
    person: {
      profile: {
        userName: email ?? externalId ?? '',
        ...(email !== undefined && { email }),
        emailVerified: false,
        ...(displayName !== undefined && { displayName }),
      },
      expected: [
        ...(email === undefined ? [] : [{ by: 'email' as const, provider, value: email }]),
        ...(externalId === undefined
          ? []
          : [
              {
                by: provider === undefined ? ('externalId' as const) : ('subject' as const),
                provider,
                value: externalId,
              },
            ]),
      ],
      groups: [...new Set([...asked, ...more])],
    },
  };
}

/**
 * A role is never stored: it follows from groups. The groups that give this one at the provider, or at every provider that
 * knows the role; undefined when none does, or when another group would come first.
 */
function groupsForRole(
  role: string,
  groups: readonly string[],
  providers: readonly Rules[],
  provider: string | undefined,
): readonly string[] | undefined {
  const concerned = providers.filter(
    (each) =>
      (provider === undefined || each.id === provider) &&
      (each.role.default === role || each.role.map.some(([, name]) => name === role)),
  );
  if (concerned.length === 0) return undefined;
  const needed = concerned.flatMap((each) => {
    if (roleOf(each.role, groups) === role) return [];
    const line = each.role.map.find(([, name]) => name === role);
    return line === undefined ? [] : [line[0]];
  });
  const all = [...groups, ...needed];
  return concerned.every((each) => roleOf(each.role, all) === role) ? [...new Set(needed)] : undefined;
}
