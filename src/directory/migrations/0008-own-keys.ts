import { sql } from 'kysely';
import type { Migration } from './types.ts';

/** The gateway's own key pairs; private keys are sealed. The primary key lets one process make each generation. */
export const ownKeys: Migration = {
  name: '0008-own-keys',
  statements: ({ text, integer, withoutRowid }) => [
    sql`create table own_keys (
      purpose ${text} not null,
      generation ${integer} not null,
      id ${text} not null,
      public_part ${text} not null,
      sealed ${text} not null,
      created_at ${integer} not null,
      signs_from ${integer} not null,
      overlap ${integer} not null,
      primary key (purpose, generation)
    ) ${withoutRowid}`,
  ],
};
