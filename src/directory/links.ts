import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { IdentityKey, Profile, User } from '../identity/index.ts';
import { comparable, formatSource } from '../identity/index.ts';
import type { Database } from './database.ts';
import { checkGroupName, checkIdentityKey, cleanText, isIdentityKey, nameKey } from './text.ts';
import type { AuditOfUser } from './types.ts';
import type { UserRow } from './user-row.ts';
import { cleanProfile, profileColumns, readUser, userColumns } from './user-row.ts';

/** Who a first login may belong to: an administrator's word, or an address that two providers vouch for. */
export interface LinkQuery {
  readonly provider: string;
  readonly subject: string;
  /** Only when the provider vouches for it and is trusted for its domain. */
  readonly email: string | undefined;
  /** Whether a user whose own address is verified may be found by it. */
  readonly byVerifiedEmail: boolean;
  /** An id that several providers send. */
  readonly externalId?: string | undefined;
}

/** How an administrator's new person is recognized. */
export interface Expectation {
  /** `externalId`: an id that several providers send, whichever they come by. */
  readonly by: 'subject' | 'email' | 'externalId';
  /** Undefined: at any provider (an address only). */
  readonly provider: string | undefined;
  readonly value: string;
}

export interface LinkStore {
  /** People an administrator added and who answer to the query; if there are none, those with that verified address. */
  findLinkable(query: LinkQuery): Promise<readonly User[]>;
  /** A user before the first login, with local groups. The groups that do not exist are made. */
  addPerson(
    person: { profile: Profile; expected: readonly Expectation[]; groups: readonly string[]; at: number },
    audit?: AuditOfUser,
  ): Promise<User>;
  /** `taken` when another user has that identity; undefined when there is no such user. */
  linkIdentity(
    userId: string,
    identity: IdentityKey & { readonly provider: string },
    audit?: AuditOfUser,
  ): Promise<'linked' | 'already' | 'taken' | undefined>;
  /** False when the user has no such identity; undefined when there is no such user. */
  unlinkIdentity(userId: string, identity: IdentityKey, audit?: AuditOfUser): Promise<boolean | undefined>;
}

/** Identities of people, as administrators and rules of linking change them. */
export function createLinks(database: Database, newId: (at: number) => string): LinkStore {
  const columns = userColumns(database.dialect);
  const local = formatSource({ kind: 'local' });

  async function select(condition: ReturnType<typeof sql>): Promise<User[]> {
    const { rows } = await database.read((db) =>
      sql<UserRow>`select ${columns} from users where ${condition} order by users.id limit 3`.execute(db),
    );
    return rows.map(readUser);
  }

  /** An administrator's expectation is for the first login; an id that providers share stays. */
  function expectedBy(by: Expectation['by'], value: string, provider: string): Promise<User[]> {
    return select(sql`users.id in (select user_id from expected where matched_by = ${by}
      and value_key = ${keyOf(by, value)} and value = ${valueOf(by, value)} and provider in (${provider}, ''))
      ${by === 'externalId' ? sql`` : sql`and not exists (select 1 from identities where identities.user_id = users.id)`}`);
  }

  /** Changes a user who exists: the version rises, caches hear of it, and the records go into the same transaction. */
  function change<T>(
    userId: string,
    audit: AuditOfUser | undefined,
    work: (
      user: User,
      db: Parameters<Parameters<Database['write']>[0]>[0]['db'],
    ) => Promise<{ answer: T; changed: boolean }>,
  ): Promise<T | undefined> {
    return database
      .write<{ answer: T | undefined }>(async ({ db, finish }) => {
        const id = cleanText(userId);
        const find = () => sql<UserRow>`select ${columns} from users where users.id = ${id}`.execute(db);
        await sql`select id from users where id = ${id}${database.dialect.forUpdate}`.execute(db);
        const before = (await find()).rows[0];
        if (!before) return { answer: undefined };
        const { answer, changed } = await work(readUser(before), db);
        if (!changed) return { answer };
        await sql`update users set version = version + 1 where id = ${id}`.execute(db);
        const after = (await find()).rows[0];
        await finish([], [id], after ? (audit?.(readUser(after)) ?? []) : []);
        return { answer };
      })
      .then(({ answer }) => answer);
  }

  return {
    async findLinkable({ provider, subject, email, byVerifiedEmail, externalId }) {
      const bySubject = await expectedBy('subject', subject, provider);
      if (bySubject.length > 0) return bySubject;
      const byId = externalId === undefined ? [] : await expectedBy('externalId', externalId, provider);
      if (byId.length > 0 || email === undefined) return byId;
      const byEmail = await expectedBy('email', email, provider);
      if (byEmail.length > 0 || !byVerifiedEmail) return byEmail;
      const holders = await select(sql`users.email_key = ${nameKey(email)} and users.email_verified = 1`);
      return holders.filter(({ profile }) => comparable(profile.email ?? '') === comparable(email));
    },

    async addPerson({ profile, expected, groups, at }, audit) {
      for (const group of groups) checkGroupName(group);
      const id = newId(at);
      const clean = cleanProfile(profile);
      await database.write(async ({ db, finish }) => {
        const row = {
          id,
          ...profileColumns(clean),
          idp_roles: '{}',
          version: 1,
          created_at: at,
          updated_at: at,
        };
        await sql`insert into users (${sql.join(Object.keys(row).map((name) => sql.ref(name)))})
          values (${sql.join(Object.values(row))})`.execute(db);
        for (const { by, provider, value } of expected) {
          await sql`insert into expected (matched_by, value_key, provider, user_id, value, created_at) values (${by},
            ${keyOf(by, value)}, ${provider ?? ''}, ${id}, ${valueOf(by, value)}, ${at})`.execute(db);
        }
        for (const group of groups.toSorted()) {
          await sql`insert into groups (id, name, created_at) values (${newId(at)}, ${group}, ${at})
            on conflict (name) do nothing`.execute(db);
          await sql`insert into memberships (user_id, group_id, source, granted_at)
            select ${id}, groups.id, ${local}, cast(${at} as bigint) from groups where groups.name = ${group}`.execute(
            db,
          );
        }
        const { rows } = await sql<UserRow>`select ${columns} from users where users.id = ${id}`.execute(db);
        await finish([], [id], rows[0] ? (audit?.(readUser(rows[0])) ?? []) : []);
        return {};
      });
      const [user] = await select(sql`users.id = ${id}`);
      if (!user) throw new Error('the user that was just added is gone');
      return user;
    },

    linkIdentity(userId, identity, audit) {
      checkIdentityKey(identity);
      const { issuer, subject, provider } = identity;
      return change<'linked' | 'already' | 'taken'>(userId, audit, async (user, db) => {
        const { rows } = await sql<{ user_id: string }>`select user_id from identities
          where issuer = ${issuer} and subject = ${subject}`.execute(db);
        const holder = rows[0]?.user_id;
        if (holder !== undefined) return { answer: holder === user.id ? 'already' : 'taken', changed: false };
        await sql`insert into identities (issuer, subject, provider, user_id)
          values (${issuer}, ${subject}, ${provider}, ${user.id})`.execute(db);
        await fulfilled(user.id).execute(db);
        return { answer: 'linked', changed: true };
      });
    },

    unlinkIdentity(userId, identity, audit) {
      return change<boolean>(userId, audit, async (user, db) => {
        const isTheirs = user.identities.some(
          ({ issuer, subject }) => issuer === identity.issuer && subject === identity.subject,
        );
        if (!isTheirs || !isIdentityKey(identity)) return { answer: false, changed: false };
        await sql`delete from identities where issuer = ${identity.issuer} and subject = ${identity.subject}`.execute(
          db,
        );
        await sql`delete from last_claims where issuer = ${identity.issuer} and subject = ${identity.subject}`.execute(
          db,
        );
        return { answer: true, changed: true };
      });
    },
  };
}

/** The person has come: an address or a subject that was waited for finds nobody any more, whoever gets it later. */
export function fulfilled(userId: string): RawBuilder<unknown> {
  return sql`delete from expected where user_id = ${userId} and matched_by <> 'externalId'`;
}

/** From now on the id finds this person, at whatever provider sends it. */
export function expectExternalId(userId: string, value: string, at: number): RawBuilder<unknown> {
  return sql`insert into expected (matched_by, value_key, provider, user_id, value, created_at)
    values ('externalId', ${keyOf('externalId', value)}, '', ${userId}, ${valueOf('externalId', value)}, ${at})
    on conflict do nothing`;
}

/** A subject is compared byte for byte, an address normalized. */
function valueOf(by: Expectation['by'], value: string): string {
  return cleanText(by === 'email' ? comparable(value) : value);
}

function keyOf(by: Expectation['by'], value: string): string {
  return by === 'email' ? nameKey(value) : cleanText(value.slice(0, 256));
}
