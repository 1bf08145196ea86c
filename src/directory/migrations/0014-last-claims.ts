import { sql } from 'kysely';
import type { Migration } from './types.ts';

/**
 * What the last login of each identity brought, as far as rules are decided by it, so that a change of the rules can be
 * looked at before it is made; the rules that were last in force; and which further ones an administrator accepted.
 * Claims go with their identity: who is erased or unlinked leaves none.
 */
export const lastClaims: Migration = {
  name: '0014-last-claims',
  statements: ({ text, integer, strict, withoutRowid }) => [
    sql`create table last_claims (
      issuer ${text} not null,
      subject ${text} not null,
      provider ${text} not null,
      user_id ${text} not null references users (id) on delete cascade,
      at ${integer} not null,
      claims ${text} not null,
      primary key (issuer, subject, provider)
    ) ${withoutRowid}`,
    sql`create index last_claims_by_user on last_claims (user_id)`,
    sql`create index last_claims_by_provider on last_claims (provider, user_id)`,
    sql`create table rules_in_force (
      version ${text} primary key,
      since ${integer} not null,
      rules ${text} not null
    ) ${strict}`,
    sql`create table accepted_rules (
      version ${text} primary key,
      at ${integer} not null
    ) ${strict}`,
  ],
};
