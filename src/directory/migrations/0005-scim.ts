import { sql } from 'kysely';
import { scimCounting } from './scim-counting.ts';
import type { Migration } from './types.ts';

/**
 * What provisioning clients wrote: their users and groups, apart from the people and groups of Doorward that they stand
 * for; their tokens, as digests; and what they did lately. A deleted user stays as a row with `deleted_at`, so that the
 * same person is found again; the partial indexes see the living only.
 */
export const scim: Migration = {
  name: '0005-scim',
  statements: (types) => {
    const { text, integer, strict, withoutRowid } = types;
    return [
      sql`create table scim_users (
        id ${text} primary key,
        provider ${text} not null,
        user_id ${text} not null references users (id) on delete cascade,
        external_id ${text},
        user_name ${text} not null,
        user_name_key ${text} not null,
        active ${integer} not null,
        resource ${text} not null,
        version ${integer} not null,
        created_at ${integer} not null,
        updated_at ${integer} not null,
        deleted_at ${integer}
      ) ${strict}`,
      sql`create unique index scim_users_by_name on scim_users (provider, user_name_key) where deleted_at is null`,
      sql`create unique index scim_users_by_person on scim_users (provider, user_id) where deleted_at is null`,
      sql`create index scim_users_by_page on scim_users (provider, id, active, deleted_at)
        where deleted_at is null`,
      sql`create index scim_users_inactive on scim_users (provider, id) where active = 0 and deleted_at is null`,
      sql`create index scim_users_by_change on scim_users (provider, updated_at, id) where deleted_at is null`,
      sql`create index scim_users_by_external_id on scim_users (provider, external_id) where external_id is not null`,
      sql`create index scim_users_deleted on scim_users (provider, user_name_key) where deleted_at is not null`,
      sql`create index scim_users_of_person on scim_users (user_id)`,
      sql`create index identities_by_subject on identities (provider, subject, user_id)`,
      sql`create table scim_emails (
        provider ${text} not null,
        email_key ${text} not null,
        scim_user_id ${text} not null references scim_users (id) on delete cascade,
        primary key (provider, email_key, scim_user_id)
      ) ${withoutRowid}`,
      sql`create index scim_emails_of_user on scim_emails (scim_user_id)`,
      sql`create table scim_groups (
        id ${text} primary key,
        provider ${text} not null,
        external_id ${text},
        display_name ${text} not null,
        display_name_key ${text} not null,
        granted ${text},
        resource ${text} not null,
        version ${integer} not null,
        created_at ${integer} not null,
        updated_at ${integer} not null
      ) ${strict}`,
      sql`create unique index scim_groups_by_name on scim_groups (provider, display_name_key)`,
      sql`create index scim_groups_by_page on scim_groups (provider, id)`,
      sql`create index scim_groups_by_change on scim_groups (provider, updated_at, id)`,
      sql`create index scim_groups_by_external_id on scim_groups (provider, external_id) where external_id is not null`,
      sql`create table scim_members (
        group_id ${text} not null references scim_groups (id) on delete cascade,
        scim_user_id ${text} not null references scim_users (id) on delete cascade,
        display ${text},
        primary key (group_id, scim_user_id)
      ) ${withoutRowid}`,
      sql`create index scim_members_of_user on scim_members (scim_user_id, group_id)`,
      ...scimCounting(types),
      sql`create table scim_tokens (
        id ${text} primary key,
        provider ${text} not null,
        kind ${text} not null,
        name ${text} not null,
        digest ${text} not null,
        client_id ${text} references scim_tokens (id) on delete cascade,
        created_at ${integer} not null,
        expires_at ${integer},
        last_used_at ${integer},
        revoked_at ${integer},
        warned_days ${integer}
      ) ${strict}`,
      sql`create index scim_tokens_by_provider on scim_tokens (provider, kind)`,
      sql`create index scim_tokens_of_client on scim_tokens (client_id)`,
      sql`create table scim_activity (
        provider ${text} not null,
        what ${text} not null,
        total ${integer} not null,
        last_at ${integer} not null,
        detail ${text},
        primary key (provider, what)
      ) ${withoutRowid}`,
    ];
  },
};
