import { sql } from 'kysely';
import type { Migration } from './types.ts';

/** Users, and the identities by which providers know them. */
export const users: Migration = {
  name: '0001-users',
  statements: ({ text, integer, strict, withoutRowid }) => [
    sql`create table users (
      id ${text} primary key,
      user_name ${text} not null,
      user_name_key ${text} not null,
      email ${text},
      email_key ${text},
      email_verified ${integer} not null,
      display_name ${text},
      given_name ${text},
      family_name ${text},
      locale ${text},
      search_text ${text} not null,
      disabled_at ${integer},
      disabled_why ${text},
      deactivated_at ${integer},
      deactivated_by ${text},
      idp_roles ${text} not null,
      version ${integer} not null,
      created_at ${integer} not null,
      updated_at ${integer} not null,
      last_login_at ${integer}
    ) ${strict}`,
    sql`create index users_by_user_name on users (user_name_key, id)`,
    sql`create index users_by_email on users (email_key)`,
    sql`create table identities (
      issuer ${text} not null,
      subject ${text} not null,
      provider ${text} not null,
      user_id ${text} not null references users (id) on delete cascade,
      primary key (issuer, subject)
    ) ${withoutRowid}`,
    sql`create index identities_by_user on identities (user_id)`,
  ],
};
