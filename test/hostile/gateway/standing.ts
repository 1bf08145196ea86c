import Database from 'better-sqlite3';
import { Redis } from 'ioredis';
import type { Config } from '../../../src/config/index.ts';

/** Every row of people, groups and sessions, and every replay record: what a refused login must leave as it was. */
export type Standing = Readonly<Record<string, readonly unknown[]>>;

/** The tables that a refusal may write to: its own records (and what a verified answer claimed), and the moving parts beside them. */
const directoryMay =
  /^(audit|processes$|migrations$|login_traces$|last_claims$|rules_in_force$|gateways$|samples$)/;
/** Short-lived facts that come and go with every attempt: rate limits, and the login that was taken. */
const comeAndGo = /^(web\.|login-flow)/;

/** When each process was last seen; it moves by itself. */
const heartbeat = '{changes}:processes';

/** Reads it past the gateway, by a connection of the test's own. */
export async function readStanding(state: Config['state']): Promise<Standing> {
  const directory = tables(state.directory, (name) => !directoryMay.test(name));
  if (state.sessions.startsWith('sqlite:')) {
    const sessions = tables(state.sessions, (name) => name !== 'transient');
    const transient = rows(state.sessions, 'SELECT kind, key, value FROM transient').filter(
      (row) => !comeAndGo.test(String((row as { kind: unknown }).kind)),
    );
    return { ...directory, ...sessions, transient };
  }
  return { ...directory, redis: await keys(state.sessions, state.redisPrefix) };
}

/** Forgets which assertions were used, so that a test may use one again. */
export async function forgetReplays(state: Config['state']): Promise<void> {
  if (state.sessions.startsWith('sqlite:')) {
    const db = new Database(state.sessions.slice('sqlite:'.length));
    db.exec("DELETE FROM transient WHERE kind = 'saml-assertion'");
    db.close();
    return;
  }
  const client = new Redis(state.sessions);
  const found = await client.keys(`${state.redisPrefix}t:saml-assertion:*`);
  if (found.length > 0) await client.del(found);
  client.disconnect();
}

/** Takes everybody out of the directory, and every group. */
export function forgetPeople(state: Config['state']): void {
  const db = new Database(state.directory.slice('sqlite:'.length));
  db.exec('DELETE FROM memberships; DELETE FROM identities; DELETE FROM users; DELETE FROM groups');
  db.close();
}

function tables(url: string, wanted: (name: string) => boolean): Record<string, unknown[]> {
  const names = rows(
    url,
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
  ).map((row) => String((row as { name: unknown }).name));
  return Object.fromEntries(names.filter(wanted).map((name) => [name, rows(url, `SELECT * FROM "${name}"`)]));
}

function rows(url: string, sql: string): unknown[] {
  const db = new Database(url.slice('sqlite:'.length), { readonly: true });
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}

async function keys(url: string, prefix: string): Promise<unknown[]> {
  const client = new Redis(url);
  try {
    const names = (await client.keys(`${prefix}*`))
      .filter((name) => !comeAndGo.test(name.slice(`${prefix}t:`.length)) && !name.endsWith(heartbeat))
      .toSorted();
    return await Promise.all(
      names.map(async (name) => [name, (await client.dumpBuffer(name))?.toString('base64')]),
    );
  } finally {
    client.disconnect();
  }
}
