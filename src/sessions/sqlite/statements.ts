import type Database from 'better-sqlite3';
import type { StoredFields } from '../stored.ts';

const columns = `digest, login, data, created_at AS createdAt, last_seen_at AS lastSeenAt,
  idle_expires_at AS idleExpiresAt, absolute_expires_at AS absoluteExpiresAt`;
/** Neither ended nor expired at `@now`. */
const live = 'ended_at IS NULL AND idle_expires_at > @now AND absolute_expires_at > @now';

export interface WriteParameters extends StoredFields {
  readonly userId: string | null;
  readonly now: number;
}

/** Every statement on sessions, prepared once. */
export function prepareStatements(db: Database.Database) {
  /** A later write may bring the absolute expiry nearer, never further away, and never back in time what was seen. */
  const update = `user_id = @userId, login = @login, data = @data,
    last_seen_at = max(last_seen_at, @lastSeenAt), idle_expires_at = max(idle_expires_at, @idleExpiresAt),
    absolute_expires_at = min(absolute_expires_at, @absoluteExpiresAt)`;
  return {
    get: db.prepare<{ digest: string; now: number }, StoredFields>(
      `SELECT ${columns} FROM sessions WHERE digest = @digest AND ${live}`,
    ),
    /** Changes no row when the id has ended or expired before. */
    insert: db.prepare<WriteParameters>(
      `INSERT INTO sessions (digest, user_id, login, data, created_at, last_seen_at, idle_expires_at, absolute_expires_at)
       VALUES (@digest, @userId, @login, @data, @createdAt, @lastSeenAt, @idleExpiresAt, @absoluteExpiresAt)
       ON CONFLICT (digest) DO UPDATE SET ${update} WHERE ${live}`,
    ),
    update: db.prepare<WriteParameters>(`UPDATE sessions SET ${update} WHERE digest = @digest AND ${live}`),
    touch: db.prepare<{ digest: string; lastSeenAt: number; idleExpiresAt: number; now: number }>(
      `UPDATE sessions SET last_seen_at = max(last_seen_at, @lastSeenAt),
         idle_expires_at = max(idle_expires_at, @idleExpiresAt) WHERE digest = @digest AND ${live}`,
    ),
    /** Not only of a live session: one that has just idle-expired must not be found by a clock that runs behind. */
    bury: db.prepare<{ digest: string; now: number }>(
      `UPDATE sessions SET ended_at = @now, user_id = NULL, login = NULL, data = ''
       WHERE digest = @digest AND ended_at IS NULL`,
    ),
    /** The login of a live session, if it holds this refresh token. */
    renew: db.prepare<{ digest: string; before: string; login: string; now: number }>(
      `UPDATE sessions SET login = @login
       WHERE digest = @digest AND ${live} AND json_valid(login) AND json_extract(login, '$.idp.refreshToken') = @before`,
    ),
    byUser: db.prepare<{ userId: string; now: number }, StoredFields>(
      `SELECT ${columns} FROM sessions WHERE user_id = @userId AND ${live} ORDER BY created_at DESC, digest`,
    ),
    digestsByUser: db
      .prepare<{ userId: string }, string>('SELECT digest FROM sessions WHERE user_id = @userId')
      .pluck(),
    newest: db.prepare<{ limit: number; now: number }, StoredFields>(
      `SELECT ${columns} FROM sessions WHERE ${live} ORDER BY created_at DESC LIMIT @limit`,
    ),
    byIdpSession: db.prepare<{ key: string; now: number }, StoredFields>(
      `SELECT ${columns} FROM sessions WHERE digest IN (SELECT digest FROM session_idp WHERE key = @key) AND ${live}
       ORDER BY created_at DESC, digest`,
    ),
    forgetIdp: db.prepare<{ digest: string }>('DELETE FROM session_idp WHERE digest = @digest'),
    indexIdp: db.prepare<{ key: string; digest: string }>(
      'INSERT INTO session_idp (key, digest) VALUES (@key, @digest) ON CONFLICT DO NOTHING',
    ),
    announce: db.prepare<{ digest: string; writer: string }>(
      'INSERT INTO session_changes (digest, writer) VALUES (@digest, @writer)',
    ),
    ping: db.prepare('SELECT 1 FROM sessions LIMIT 1'),
  };
}
