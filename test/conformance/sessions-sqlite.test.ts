import { expect } from '@jest/globals';
import Database from 'better-sqlite3';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSessionStore } from '../../src/sessions/index.ts';
import { sessionStoreConformance } from './sessions.ts';

sessionStoreConformance('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-sessions-'));
  const path = join(folder, 'deep', 'sessions.db');
  const url = `sqlite:${path}`;
  return {
    url,
    redisPrefix: '',
    open: (options) => openSessionStore(url, { ...options, redisPrefix: '' }),
    async dump() {
      const parts = await Promise.all(
        [path, `${path}-wal`].map((file) => readFile(file, 'latin1').catch(() => '')),
      );
      // The log may still hold earlier versions of a page; what counts is the database once it is written back.
      const db = new Database(path);
      db.pragma('wal_checkpoint(TRUNCATE)');
      db.close();
      expect(parts.join('')).not.toBe('');
      return readFile(path, 'latin1');
    },
    async corrupt(digest, { login, data }) {
      const db = new Database(path);
      if (login !== undefined)
        db.prepare('UPDATE sessions SET login = ? WHERE digest = ?').run(login, digest);
      if (data !== undefined) db.prepare('UPDATE sessions SET data = ? WHERE digest = ?').run(data, digest);
      db.close();
    },
    ownClock: false,
    cleanUp: () => rm(folder, { recursive: true }),
  };
});
