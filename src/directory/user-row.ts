import type { RawBuilder, Selectable } from 'kysely';
import { sql } from 'kysely';
import type { Membership, Profile, Standing, User } from '../identity/index.ts';
import { comparable, formatSource, parseSource } from '../identity/index.ts';
import type { SqlDialect } from './dialect.ts';
import type { UsersTable } from './schema.ts';
import { cleanText, nameKey } from './text.ts';

/** A row of `users`, with the rows that belong to it as JSON: one statement, so that all of it is of one moment. */
export type UserRow = Selectable<UsersTable> & {
  readonly identity_list: string;
  readonly membership_list: string;
};

/** The columns of a {@link UserRow}, for `select … from users` and for `returning`. */
export function userColumns(dialect: SqlDialect): RawBuilder<unknown> {
  const identities = dialect.jsonList(
    ['provider', 'issuer', 'subject'],
    sql`from identities where identities.user_id = users.id`,
  );
  const memberships = dialect.jsonList(
    ['groups.name', 'memberships.source'],
    sql`from memberships join groups on groups.id = memberships.group_id where memberships.user_id = users.id`,
  );
  return sql`users.id, users.user_name, users.email, users.email_verified, users.display_name, users.given_name,
    users.family_name, users.locale, users.disabled_at, users.deactivated_at, users.idp_roles, users.version,
    users.created_at, users.updated_at, users.last_login_at,
    ${identities} as identity_list, ${memberships} as membership_list`;
}

/** The user that a row tells of. */
export function readUser(row: UserRow): User {
  const identities = JSON.parse(row.identity_list) as [string, string, string][];
  const memberships = JSON.parse(row.membership_list) as [string, string][];
  return {
    id: row.id,
    profile: readProfile(row),
    ...readStanding(row),
    identities: identities
      .map(([provider, issuer, subject]) => ({ provider, issuer, subject }))
      .sort((one, other) => order(one.issuer, other.issuer) || order(one.subject, other.subject)),
    memberships: sortMemberships(
      memberships.map(([group, source]) => ({ group, source: parseSource(source) })),
    ),
    idpRoles: JSON.parse(row.idp_roles) as Record<string, string[]>,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    ...(row.last_login_at !== null && { lastLoginAt: row.last_login_at }),
  };
}

/** By group, then source, in code-unit order. */
export function sortMemberships(memberships: readonly Membership[]): Membership[] {
  return memberships.toSorted(
    (one, other) =>
      order(one.group, other.group) || order(formatSource(one.source), formatSource(other.source)),
  );
}

function order(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** The two flags, absent where they are not set. */
export function readStanding(row: Pick<UserRow, 'disabled_at' | 'deactivated_at'>): Standing {
  return {
    ...(row.disabled_at !== null && { disabledAt: row.disabled_at }),
    ...(row.deactivated_at !== null && { deactivatedAt: row.deactivated_at }),
  };
}

function readProfile(row: UserRow): Profile {
  return {
    userName: row.user_name,
    ...(row.email !== null && { email: row.email }),
    emailVerified: row.email_verified === 1,
    ...(row.display_name !== null && { displayName: row.display_name }),
    ...(row.given_name !== null && { givenName: row.given_name }),
    ...(row.family_name !== null && { familyName: row.family_name }),
    ...(row.locale !== null && { locale: row.locale }),
  };
}

/** The profile as it can be stored: see {@link cleanText}. */
export function cleanProfile(profile: Profile): Profile {
  const { userName, email, emailVerified, displayName, givenName, familyName, locale } = profile;
  return {
    userName: cleanText(userName),
    ...(email !== undefined && { email: cleanText(email) }),
    emailVerified,
    ...(displayName !== undefined && { displayName: cleanText(displayName) }),
    ...(givenName !== undefined && { givenName: cleanText(givenName) }),
    ...(familyName !== undefined && { familyName: cleanText(familyName) }),
    ...(locale !== undefined && { locale: cleanText(locale) }),
  };
}

/** The columns that hold a clean profile, and those it is found by. */
export function profileColumns(profile: Profile) {
  const { userName, email, displayName, givenName, familyName } = profile;
  return {
    user_name: userName,
    user_name_key: nameKey(userName),
    email: email ?? null,
    email_key: email === undefined ? null : nameKey(email),
    email_verified: profile.emailVerified ? 1 : 0,
    display_name: displayName ?? null,
    given_name: givenName ?? null,
    family_name: familyName ?? null,
    locale: profile.locale ?? null,
    search_text: [userName, email, displayName, givenName, familyName]
      .filter((each) => each !== undefined)
      .map((each) => comparable(each))
      .join('\n'),
  };
}
