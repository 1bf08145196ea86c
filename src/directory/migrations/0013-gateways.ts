import { sql } from 'kysely';
import type { Migration } from './types.ts';

/** The gateways that run, each with the version of its configuration; a row is renewed now and then. */
export const gateways: Migration = {
  name: '0013-gateways',
  statements: ({ text, integer, withoutRowid }) => [
    sql`create table gateways (
      id ${text} primary key,
      host ${text} not null,
      pid ${integer} not null,
      program ${text} not null,
      config_version ${text} not null,
      started_at ${integer} not null,
      seen_at ${integer} not null
    ) ${withoutRowid}`,
  ],
};
