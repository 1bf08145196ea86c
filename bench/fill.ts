import { join } from 'node:path';
import Database from 'better-sqlite3';
import { digestOf } from '../src/sessions/index.ts';

type Columns = Readonly<Record<string, string | number | null>>;

/**
 * Copies the one person and the one session that the databases of `folder` hold until there are so many of each. What the
 * rows look like is the gateway's business: it wrote the first. A million through its own door would take half an hour.
 */
export function fill(
  folder: string,
  people: number,
  sessions: number,
  sessionId: (index: number) => string,
): void {
  const ids = fillPeople(new Database(join(folder, 'directory.db')), people);
  fillSessions(new Database(join(folder, 'sessions.db')), ids, sessions, sessionId);
}

function fillPeople(db: Database.Database, people: number): string[] {
  const user = db.prepare<[], Columns>('select * from users').get() ?? {};
  const identity = db.prepare<[], Columns>('select * from identities').get() ?? {};
  const memberships = db.prepare<[], Columns>('select * from memberships').all();
  const ids = [String(user['id'])];
  db.pragma('synchronous = off');
  db.transaction(() => {
    for (let index = 1; index < people; index += 1) {
      const id = `01890a5d-ac96-774b-8000-${index.toString(16).padStart(12, '0')}`;
      const name = `person-${index}@acme.example`;
      const keys = { user_name: name, user_name_key: name, email: name, email_key: name };
      insert(db, 'users', { ...user, id, ...keys });
      insert(db, 'identities', { ...identity, subject: `subject-${index}`, user_id: id });
      for (const membership of memberships) insert(db, 'memberships', { ...membership, user_id: id });
      ids.push(id);
    }
  })();
  db.close();
  return ids;
}

function fillSessions(
  db: Database.Database,
  ids: readonly string[],
  sessions: number,
  sessionId: (index: number) => string,
): void {
  const { prune_at: _, ...session } = db.prepare<[], Columns>('select * from sessions').get() ?? {};
  db.pragma('synchronous = off');
  db.transaction(() => {
    for (let index = 1; index < sessions; index += 1) {
      const id = ids[index % ids.length] ?? '';
      const login = String(session['login']).replace(ids[0] ?? '', id);
      insert(db, 'sessions', { ...session, digest: digestOf(sessionId(index)), user_id: id, login });
    }
  })();
  db.close();
}

const statements = new WeakMap<Database.Database, Map<string, Database.Statement>>();

function insert(db: Database.Database, table: string, row: Columns): void {
  const known = statements.get(db) ?? new Map<string, Database.Statement>();
  statements.set(db, known);
  let statement = known.get(table);
  if (statement === undefined) {
    const names = Object.keys(row);
    const places = names.map((name) => `@${name}`).join(', ');
    statement = db.prepare(`insert into ${table} (${names.join(', ')}) values (${places})`);
    known.set(table, statement);
  }
  statement.run(row);
}
