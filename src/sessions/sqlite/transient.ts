import type Database from 'better-sqlite3';
import { digestOf } from '../digest.ts';
import type { TransientStore } from '../types.ts';
import { attempt } from './attempt.ts';

/** Short-lived facts in SQLite: one statement each, so that every step is atomic over processes too. */
export function sqliteTransient(db: Database.Database, now: () => number): TransientStore {
  const put = db.prepare<[string, string, string, number]>(
    `INSERT INTO transient (kind, key, value, count, expires_at) VALUES (?, ?, ?, 0, ?)
     ON CONFLICT DO UPDATE SET value = excluded.value, count = 0, expires_at = excluded.expires_at`,
  );
  const get = db
    .prepare<[string, string, number], string>(
      'SELECT value FROM transient WHERE kind = ? AND key = ? AND expires_at > ?',
    )
    .pluck();
  const take = db.prepare<[string, string], { value: string; expires_at: number }>(
    'DELETE FROM transient WHERE kind = ? AND key = ? RETURNING value, expires_at',
  );
  const addOnce = db.prepare<[string, string, number, number]>(
    `INSERT INTO transient (kind, key, value, count, expires_at) VALUES (?, ?, '', 0, ?)
     ON CONFLICT DO UPDATE SET value = '', count = 0, expires_at = excluded.expires_at
     WHERE transient.expires_at <= ?`,
  );
  const increment = db.prepare<[string, string, number, number, number], { count: number; resetsAt: number }>(
    `INSERT INTO transient (kind, key, value, count, expires_at) VALUES (?, ?, '', 1, ?)
     ON CONFLICT DO UPDATE SET
       count = CASE WHEN transient.expires_at <= ? THEN 1 ELSE transient.count + 1 END,
       expires_at = CASE WHEN transient.expires_at <= ? THEN excluded.expires_at ELSE transient.expires_at END
     RETURNING count, expires_at AS resetsAt`,
  );

  return {
    put: (kind, key, value, ttl) =>
      attempt(() => void put.run(kind, digestOf(key), value, Math.ceil(now() + ttl))),
    get: (kind, key) => attempt(() => get.get(kind, digestOf(key), now())),
    take: (kind, key) =>
      attempt(() => {
        const taken = take.get(kind, digestOf(key));
        return taken !== undefined && taken.expires_at > now() ? taken.value : undefined;
      }),
    addOnce: (kind, key, ttl) =>
      attempt(() => addOnce.run(kind, digestOf(key), Math.ceil(now() + ttl), now()).changes === 1),
    increment: (kind, key, window) =>
      attempt(() => {
        const at = now();
        const counted = increment.get(kind, digestOf(key), Math.ceil(at + window), at, at);
        if (counted === undefined) throw new Error('an upsert returned no row');
        return counted;
      }),
  };
}
