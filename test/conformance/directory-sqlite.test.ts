import Database from 'better-sqlite3';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { directoryConformance } from './directory.ts';

directoryConformance('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-directory-'));
  let databases = 0;
  const inFile = <T>(url: string, work: (db: Database.Database) => T): T => {
    const db = new Database(url.slice('sqlite:'.length));
    try {
      return work(db);
    } finally {
      db.close();
    }
  };
  return {
    async createDatabase() {
      databases += 1;
      return `sqlite:${join(folder, 'deep', `${databases}.db`)}`;
    },
    async run(url, sql) {
      return inFile(url, (db) => {
        const statement = db.prepare(sql);
        if (statement.reader) return statement.all();
        statement.run();
        return [];
      });
    },
    async breakAudit(url) {
      inFile(url, (db) =>
        db.exec(`create trigger broken before insert on audit when new.type = 'session.ended'
          begin select raise(abort, 'broken'); end`),
      );
    },
    cleanUp: () => rm(folder, { recursive: true }),
  };
});
