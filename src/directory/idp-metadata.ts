import { sql } from 'kysely';
import type { Database } from './database.ts';

/** What was last read of a provider's metadata, as text that the directory does not look into. */
interface KeptMetadata {
  readonly provider: string;
  /** Where it came from, and under which rules it was believed. */
  readonly source: string;
  /** Milliseconds since the epoch. */
  readonly fetchedAt: number;
  readonly metadata: string;
}

/** Both reject with Failure('store_unavailable') when the database does not answer. */
export interface IdpMetadataStore {
  readMetadata(provider: string): Promise<KeptMetadata | undefined>;
  /** In the place of what was kept before. */
  keepMetadata(kept: KeptMetadata): Promise<void>;
}

export function createIdpMetadata(database: Database): IdpMetadataStore {
  return {
    async readMetadata(provider) {
      const { rows } = await database.read((db) =>
        sql<KeptMetadata>`select provider, source, fetched_at as "fetchedAt", metadata
          from idp_metadata where provider = ${provider}`.execute(db),
      );
      return rows[0];
    },

    async keepMetadata({ provider, source, fetchedAt, metadata }) {
      await database.alter((db) =>
        sql`insert into idp_metadata (provider, source, fetched_at, metadata)
          values (${provider}, ${source}, ${fetchedAt}, ${metadata})
          on conflict (provider) do update
          set source = excluded.source, fetched_at = excluded.fetched_at, metadata = excluded.metadata`.execute(
          db,
        ),
      );
    },
  };
}
