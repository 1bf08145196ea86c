import SqliteDatabase from 'better-sqlite3';
import { Client } from 'pg';
import { openDirectory } from '../../src/directory/index.ts';
import {
  groupId,
  largeGroup,
  personId,
  provider,
  smallGroup,
  storedUser,
  userId,
  userName,
} from './people.ts';

/** Rows that one statement inserts. */
const batch = 2_000;
const at = 1_700_000_000_000;

type Row = Readonly<Record<string, string | number | null>>;

/** Fills an empty directory with so many users, a tenth as many groups, one group of ten and one of half of them all. */
export async function seed(url: string, users: number): Promise<void> {
  await (await openDirectory(url, { now: Date.now })).close();
  const database = url.startsWith('sqlite:') ? sqlite(url.slice('sqlite:'.length)) : await postgres(url);
  const all = Array.from({ length: users }, (_, index) => index);
  await database.insert('users', all, (index) => ({
    id: personId(index),
    user_name: userName(index),
    user_name_key: userName(index),
    email: userName(index),
    email_key: userName(index),
    email_verified: 0,
    search_text: userName(index),
    idp_roles: '{}',
    version: 1,
    created_at: at,
    updated_at: at,
  }));
  await database.insert('scim_users', all, (index) => ({
    id: userId(index),
    provider,
    user_id: personId(index),
    external_id: `ext-${userName(index)}`,
    user_name: userName(index),
    user_name_key: userName(index),
    active: 1,
    resource: storedUser(userName(index)),
    version: 1,
    created_at: at,
    updated_at: at,
  }));
  await database.insert('scim_emails', all, (index) => ({
    provider,
    email_key: userName(index),
    scim_user_id: userId(index),
  }));
  const groups = Array.from({ length: Math.max(2, Math.floor(users / 10)) }, (_, index) => index);
  await database.insert('groups', groups, (index) => ({
    id: groupId(index),
    name: `Group ${index}`,
    created_at: at,
  }));
  await database.insert('scim_groups', groups, (index) => ({
    id: groupId(index),
    provider,
    external_id: null,
    display_name: `Group ${index}`,
    display_name_key: `group ${index}`,
    granted: `Group ${index}`,
    resource: JSON.stringify({ displayName: `Group ${index}` }),
    version: 1,
    created_at: at,
    updated_at: at,
  }));
  const members = [
    ...Array.from({ length: smallGroup }, (_, index) => [0, index] as const),
    ...Array.from({ length: largeGroup(users) }, (_, index) => [1, index] as const),
  ];
  await database.insert('scim_members', members, ([group, user]) => ({
    group_id: groupId(group),
    scim_user_id: userId(user),
  }));
  await database.insert('memberships', members, ([group, user]) => ({
    user_id: personId(user),
    group_id: groupId(group),
    source: `scim:${provider}`,
    granted_at: at,
  }));
  await database.close();
}

interface Seeding {
  insert<T>(table: string, items: readonly T[], rowOf: (item: T) => Row): Promise<void>;
  close(): Promise<void>;
}

function sqlite(path: string): Seeding {
  const db = new SqliteDatabase(path);
  return {
    async insert(table, items, rowOf) {
      const [first] = items;
      if (first === undefined) return;
      const names = Object.keys(rowOf(first));
      const statement = db.prepare(
        `insert into "${table}" (${names.join(', ')}) values (${names.map((name) => `@${name}`).join(', ')})`,
      );
      db.transaction(() => {
        for (const item of items) statement.run(rowOf(item));
      })();
    },
    async close() {
      db.exec('analyze');
      db.pragma('wal_checkpoint(truncate)');
      db.close();
    },
  };
}

async function postgres(url: string): Promise<Seeding> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return {
    async insert(table, items, rowOf) {
      for (let from = 0; from < items.length; from += batch) {
        const rows = items.slice(from, from + batch).map(rowOf);
        const names = Object.keys(rows[0] ?? {});
        await client.query(
          `insert into "${table}" (${names.join(', ')})
           select ${names.join(', ')} from json_populate_recordset(null::"${table}", $1::json)`,
          [JSON.stringify(rows)],
        );
      }
    },
    async close() {
      await client.query('vacuum analyze');
      await client.end();
    },
  };
}
