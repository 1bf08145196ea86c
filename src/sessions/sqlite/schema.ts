import type Database from 'better-sqlite3';

/**
 * The tables of the embedded store, one list entry a version (`PRAGMA user_version`); only ever appended to.
 *
 * - An ended session stays as a tombstone (`ended_at` set, everything personal wiped) until its absolute expiry.
 * - `session_idp` finds sessions by what the identity provider calls them; keys are digests.
 * - `session_changes` tells other processes which cached sessions to drop; its numbers have no gaps. `writer` is
 *   the connection that made the change, which knows already.
 * - `transient` holds short-lived facts under digests of their keys.
 */
const versions: readonly string[] = [
  `
  CREATE TABLE sessions (
    digest TEXT PRIMARY KEY,
    user_id TEXT,
    login TEXT,
    data TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    idle_expires_at INTEGER NOT NULL,
    absolute_expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    prune_at INTEGER NOT NULL GENERATED ALWAYS AS (
      CASE WHEN ended_at IS NULL THEN min(idle_expires_at, absolute_expires_at) ELSE absolute_expires_at END
    ) VIRTUAL
  ) STRICT;
  CREATE INDEX sessions_by_user ON sessions (user_id) WHERE user_id IS NOT NULL;
  CREATE INDEX sessions_by_creation ON sessions (created_at) WHERE ended_at IS NULL;
  CREATE INDEX sessions_by_prune ON sessions (prune_at);

  CREATE TABLE session_idp (
    key TEXT NOT NULL,
    digest TEXT NOT NULL REFERENCES sessions (digest) ON DELETE CASCADE,
    PRIMARY KEY (key, digest)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX session_idp_by_session ON session_idp (digest);

  CREATE TABLE session_changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    digest TEXT NOT NULL,
    writer TEXT NOT NULL
  ) STRICT;

  CREATE TABLE transient (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    count INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (kind, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX transient_by_expiry ON transient (expires_at);
  `,
];

/** Brings the schema up to date in one transaction. Throws a plain Error when a newer release wrote the file. */
export function migrate(db: Database.Database): void {
  const upgrade = db.transaction(() => {
    const from = Number(db.pragma('user_version', { simple: true }));
    if (from > versions.length)
      throw new Error(
        `the session database is of a newer release (schema ${from}, known ${versions.length})`,
      );
    for (const sql of versions.slice(from)) db.exec(sql);
    if (from < versions.length) db.pragma(`user_version = ${versions.length}`);
  });
  upgrade.immediate();
}
