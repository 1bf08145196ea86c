import { sql } from 'kysely';
import type { Migration } from './types.ts';

/** Tokens that people made for their scripts: digests only. A revoked one stays, to be shown as such. */
export const apiTokens: Migration = {
  name: '0009-api-tokens',
  statements: ({ text, integer, strict }) => [
    sql`create table api_tokens (
      id ${text} primary key,
      user_id ${text} not null references users (id) on delete cascade,
      provider ${text} not null,
      name ${text} not null,
      digest ${text} not null unique,
      created_at ${integer} not null,
      expires_at ${integer} not null,
      last_used_at ${integer},
      revoked_at ${integer}
    ) ${strict}`,
    sql`create index api_tokens_of_user on api_tokens (user_id, created_at)`,
  ],
};
