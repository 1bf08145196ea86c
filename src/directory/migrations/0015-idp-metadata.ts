import { sql } from 'kysely';
import type { Migration } from './types.ts';

/** What was last read of each SAML identity provider's metadata, so that a restart needs nobody to answer. */
export const idpMetadata: Migration = {
  name: '0015-idp-metadata',
  statements: ({ text, integer, withoutRowid }) => [
    sql`create table idp_metadata (
      provider ${text} not null primary key,
      source ${text} not null,
      fetched_at ${integer} not null,
      metadata ${text} not null
    ) ${withoutRowid}`,
  ],
};
