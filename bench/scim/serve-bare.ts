/**
 * A process of its own: for each operation the one SQL statement that it needs, on the same kind of database, behind a bare
 * node:http answer. No token, no audit, no rules. Arguments: directory URL.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import SqliteDatabase from 'better-sqlite3';
import { Pool } from 'pg';
import { groupId, personId, provider, storedUser, userId } from './people.ts';
import { reportUsage } from './usage.ts';

interface Statements {
  create(name: string, index: number): Promise<unknown>;
  get(name: string): Promise<unknown>;
  active(id: string, active: number): Promise<unknown>;
  join(group: string, user: string): Promise<unknown>;
  leave(group: string, user: string): Promise<unknown>;
  list(after: string): Promise<readonly object[]>;
}

const insert = `insert into scim_users (id, provider, user_id, external_id, user_name, user_name_key, active,
  resource, version, created_at, updated_at)`;

/** A person has one resource of a provider; here all new ones are one person's, as only the one statement is measured. */
const oneOfMany = 'drop index scim_users_by_person';

/** What must be in the answer: the resource and, from two other tables, the groups. */
const shown = (
  list: string,
) => `id, resource, version, created_at, updated_at, (select ${list} from scim_members
  join scim_groups on scim_groups.id = scim_members.group_id where scim_members.scim_user_id = scim_users.id) as groups`;
const sqliteGroups = 'json_group_array(json_array(scim_groups.id, scim_groups.display_name))';
const postgresGroups = 'json_agg(json_build_array(scim_groups.id, scim_groups.display_name))::text';

function sqlite(path: string): Statements {
  const db = new SqliteDatabase(path, { timeout: 1_000 });
  db.exec(oneOfMany);
  db.pragma('journal_mode = wal');
  db.pragma('synchronous = full');
  const create = db.prepare(`${insert} values (?, ?, ?, ?, ?, ?, 1, ?, 1, 1, 1)`);
  const get = db.prepare(
    `select ${shown(sqliteGroups)} from scim_users where provider = ? and user_name_key = ? and deleted_at is null`,
  );
  const active = db.prepare('update scim_users set active = ?, version = version + 1 where id = ?');
  const join = db.prepare(
    'insert into scim_members (group_id, scim_user_id) values (?, ?) on conflict do nothing',
  );
  const leave = db.prepare('delete from scim_members where group_id = ? and scim_user_id = ?');
  const list = db.prepare(
    `select ${shown(sqliteGroups)} from scim_users where provider = ? and deleted_at is null and id > ? order by id limit 100`,
  );
  return {
    create: async (name, index) =>
      create.run(freshId(index), provider, personId(0), `ext-${name}`, name, name, storedUser(name)),
    get: async (name) => get.get(provider, name),
    active: async (id, value) => active.run(value, id),
    join: async (group, user) => join.run(group, user),
    leave: async (group, user) => leave.run(group, user),
    list: async (after) => list.all(provider, after) as object[],
  };
}

async function postgres(url: string): Promise<Statements> {
  const pool = new Pool({ connectionString: url, max: 10 });
  await pool.query(oneOfMany);
  const run = async (name: string, text: string, values: unknown[]) =>
    (await pool.query({ name, text, values })).rows;
  return {
    create: (name, index) =>
      run('create', `${insert} values ($1, $2, $3, $4, $5, $5, 1, $6, 1, 1, 1)`, [
        freshId(index),
        provider,
        personId(0),
        `ext-${name}`,
        name,
        storedUser(name),
      ]),
    get: async (name) =>
      (
        await run(
          'get',
          `select ${shown(postgresGroups)} from scim_users where provider = $1 and user_name_key = $2 and deleted_at is null`,
          [provider, name],
        )
      )[0],
    active: (id, value) =>
      run('active', 'update scim_users set active = $1, version = version + 1 where id = $2', [value, id]),
    join: (group, user) =>
      run(
        'join',
        'insert into scim_members (group_id, scim_user_id) values ($1, $2) on conflict do nothing',
        [group, user],
      ),
    leave: (group, user) =>
      run('leave', 'delete from scim_members where group_id = $1 and scim_user_id = $2', [group, user]),
    list: (after) =>
      run(
        'list',
        `select ${shown(postgresGroups)} from scim_users where provider = $1 and deleted_at is null and id > $2 order by id limit 100`,
        [provider, after],
      ),
  };
}

const freshId = (index: number) => userId(0x40_0000_0000 + index);
const [url = ''] = process.argv.slice(2);
const statements = url.startsWith('sqlite:') ? sqlite(url.slice('sqlite:'.length)) : await postgres(url);
let created = 0;

async function answer(req: IncomingMessage): Promise<string> {
  const parts = (req.url ?? '').split('/');
  for await (const _ of req) {
    // The body is read, as any server must; what it says stands in the path.
  }
  const [, operation = '', one = '', other = ''] = parts;
  switch (operation) {
    case 'create':
      created += 1;
      await statements.create(one, created);
      return storedUser(one);
    case 'get':
      return JSON.stringify(await statements.get(one));
    case 'active':
      await statements.active(one, Number(other));
      return '{}';
    case 'join':
      await statements.join(groupId(Number(one)), other);
      return '';
    case 'leave':
      await statements.leave(groupId(Number(one)), other);
      return '';
    default:
      return JSON.stringify(await statements.list(one));
  }
}

const server = createServer((req, res) => {
  answer(req).then(
    (text) => {
      res.writeHead(200, {
        'content-type': 'application/scim+json',
        'content-length': Buffer.byteLength(text),
      });
      res.end(text);
    },
    (error: unknown) => {
      res.writeHead(500);
      res.end(String(error));
    },
  );
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
reportUsage();
process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
