import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Profile } from '../identity/index.ts';
import { comparable } from '../identity/index.ts';
import { profileColumns } from './user-row.ts';

/**
 * What SCIM says of the person, over what is known: what it does not mention stays. An address keeps being verified as
 * long as it is the same one.
 */
export function mergeProfile(known: Profile, said: Profile): Profile {
  const sameAddress =
    said.email !== undefined &&
    known.email !== undefined &&
    comparable(said.email) === comparable(known.email);
  return {
    ...known,
    ...said,
    emailVerified:
      said.email === undefined || sameAddress
        ? known.emailVerified || said.emailVerified
        : said.emailVerified,
  };
}

const fields = [
  'userName',
  'email',
  'emailVerified',
  'displayName',
  'givenName',
  'familyName',
  'locale',
] as const;

/** The profile fields in which the two differ. */
export function differingFields(before: Profile, after: Profile): string[] {
  return fields.filter((field) => before[field] !== after[field]);
}

/**
 * The one statement that changes a person on behalf of a provider: the profile, and the flag that only SCIM sets.
 * `on` takes the flag back only where this provider set it, and leaves it to another provider that has the person off.
 */
export function updatePerson(
  userId: string,
  provider: string,
  change: { readonly profile: Profile | undefined; readonly standing: 'on' | 'off' | undefined },
  now: number,
): RawBuilder<unknown> {
  const { profile, standing } = change;
  const sets = [sql`version = version + 1`, sql`updated_at = ${now}`];
  if (profile) {
    sets.push(
      ...Object.entries(profileColumns(profile)).map(([name, value]) => sql`${sql.ref(name)} = ${value}`),
    );
  }
  if (standing === 'off') {
    sets.push(
      sql`deactivated_by = case when deactivated_at is null then ${provider} else deactivated_by end`,
      sql`deactivated_at = coalesce(deactivated_at, ${now})`,
    );
  }
  if (standing === 'on') {
    const other = sql`(select min(other.provider) from scim_users as other
      where other.user_id = users.id and other.active = 0 and other.provider <> ${provider})`;
    sets.push(
      sql`deactivated_at = case when deactivated_by = ${provider} and ${other} is null then null else deactivated_at end`,
      sql`deactivated_by = case when deactivated_by = ${provider} then ${other} else deactivated_by end`,
    );
  }
  return sql`update users set ${sql.join(sets)} where id = ${userId}`;
}

/** A new person, as a client describes them. */
export function insertPerson(
  userId: string,
  provider: string,
  person: { readonly profile: Profile; readonly active: boolean },
  now: number,
): RawBuilder<unknown> {
  const row = {
    id: userId,
    ...profileColumns(person.profile),
    deactivated_at: person.active ? null : now,
    deactivated_by: person.active ? null : provider,
    idp_roles: '{}',
    version: 1,
    created_at: now,
    updated_at: now,
  };
  return sql`insert into users (${sql.join(Object.keys(row).map((name) => sql.ref(name)))})
    values (${sql.join(Object.values(row))})`;
}
