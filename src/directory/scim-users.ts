import type { Kysely, RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Database, Writing } from './database.ts';
import type { Tables } from './schema.ts';
import { differingFields, insertPerson, mergeProfile, updatePerson } from './scim-person.ts';
import { lockMatches } from './scim-provisioned.ts';
import { recognize } from './scim-recognize.ts';
import type { ScimUserRow } from './scim-rows.ts';
import { readScimUser, scimKey, scimUserColumns } from './scim-rows.ts';
import type {
  AuditOf,
  CreatedScimUser,
  NewScimUser,
  ScimKey,
  ScimStore,
  ScimUserChange,
  ScimUserContent,
  ScimUserRecord,
} from './scim-types.ts';
import { cleanText } from './text.ts';
import type { UserRow } from './user-row.ts';
import { cleanProfile, readUser, userColumns } from './user-row.ts';

type Users = Pick<ScimStore, 'createUser' | 'changeUser' | 'deleteUser'>;

/** Provisioned users: the resource and the person behind it change in one transaction. */
export function createScimUsers(database: Database, newId: (now: number) => string): Users {
  const { dialect } = database;
  const columns = userColumns(dialect);

  async function readProfile(db: Kysely<Tables>, userId: string) {
    const { rows } =
      await sql<UserRow>`select ${columns} from users where users.id = ${userId}${dialect.forUpdate}`.execute(
        db,
      );
    return rows[0] && readUser(rows[0]).profile;
  }

  /** The row, locked; undefined when there is no such living user. */
  async function lock({ db }: Writing, { provider, id }: ScimKey, withGroups: boolean) {
    const { rows } = await sql<ScimUserRow>`select ${scimUserColumns(dialect, withGroups)} from scim_users
      where scim_users.id = ${cleanText(id)} and provider = ${provider} and deleted_at is null
      ${dialect.forUpdate}`.execute(db);
    return rows[0] && readScimUser(rows[0]);
  }

  async function create(
    writing: Writing,
    plan: NewScimUser & { readonly profile: NonNullable<ScimUserContent['profile']> },
    audit: AuditOf<ScimUserChange> | undefined,
  ): Promise<CreatedScimUser> {
    const { provider, content, profile, now } = plan;
    await lockMatches(writing.db, dialect, plan);
    const found = await recognize(writing.db, plan);
    if (found.kind === 'taken' || found.kind === 'ambiguous') return found;
    const isKnown = found.kind === 'known' || found.kind === 'returned';
    const userId = isKnown ? found.userId : newId(now);
    const { userName, externalId, active, resource } = content;
    const id = newId(now);
    const times = { version: 1, createdAt: now, updatedAt: now };
    const record: ScimUserRecord = {
      id,
      userId,
      externalId,
      userName,
      active,
      resource,
      ...times,
      groups: [],
    };

    const statements: RawBuilder<unknown>[] = [];
    let fields: readonly string[] = [];
    if (isKnown) {
      const before = await readProfile(writing.db, userId);
      const after = before && mergeProfile(before, profile);
      fields = before && after ? differingFields(before, after) : [];
      const change = {
        profile: fields.length > 0 ? after : undefined,
        standing: active ? 'on' : 'off',
      } as const;
      statements.push(updatePerson(userId, provider, change, now));
    } else statements.push(insertPerson(userId, provider, { profile, active }, now));
    if (found.kind === 'returned')
      statements.push(sql`delete from scim_users
        where provider = ${provider} and user_id = ${userId} and deleted_at is not null`);
    if (found.kind === 'replaced') statements.push(...detach(provider, found.userId, now));
    statements.push(insertResource(provider, record), ...insertEmails(provider, id, content.emails));

    const replaced = found.kind === 'replaced' ? found.userId : undefined;
    const person = found.kind === 'known' || found.kind === 'returned' ? found.kind : 'new';
    await writing.finish(
      statements,
      replaced === undefined ? [userId] : [userId, replaced],
      audit?.({ record, before: undefined, person, fields, replaced }) ?? [],
    );
    return { kind: 'created', record, person };
  }

  return {
    createUser(plan, audit) {
      const content = clean(plan.content);
      const profile = content.profile ?? { userName: content.userName, emailVerified: false };
      return database.write((writing) => create(writing, { ...plan, content, profile }, audit));
    },

    async changeUser(key, decide, { withGroups, now }, audit) {
      const { result } = await database.write<{ result: Awaited<ReturnType<Users['changeUser']>> }>(
        async (writing) => {
          const before = await lock(writing, key, withGroups);
          if (!before) return { result: undefined };
          const decided = decide(before);
          if (!decided) return { result: { record: before, changed: false } };
          const content = clean(decided);
          if (await isTaken(writing.db, key, before.userName, content.userName))
            return { result: { taken: true } };
          const { userName, externalId, active, resource } = content;
          const record: ScimUserRecord = {
            ...before,
            userName,
            externalId,
            active,
            resource,
            version: before.version + 1,
            updatedAt: Math.max(now, before.updatedAt),
          };
          const known = content.profile && (await readProfile(writing.db, before.userId));
          const profile = known && content.profile && mergeProfile(known, content.profile);
          const fields = known && profile ? differingFields(known, profile) : [];
          const standing = before.active === active ? undefined : active ? 'on' : 'off';
          const changesPerson = fields.length > 0 || standing !== undefined;
          const change = { profile: fields.length > 0 ? profile : undefined, standing } as const;
          await writing.finish(
            [
              updateResource(record),
              ...replaceEmails(key, content.emails),
              ...(changesPerson ? [updatePerson(before.userId, key.provider, change, now)] : []),
            ],
            changesPerson ? [before.userId] : [],
            audit?.({ record, before, person: undefined, fields, replaced: undefined }) ?? [],
          );
          return { result: { record, changed: true } };
        },
      );
      return result;
    },

    async deleteUser(key, check, now, audit) {
      const { record } = await database.write<{ record: ScimUserRecord | undefined }>(async (writing) => {
        const before = await lock(writing, key, false);
        if (!before) return { record: undefined };
        check(before);
        const source = `scim:${key.provider}`;
        const left = await sql<{ name: string }>`select groups.name from memberships
          join groups on groups.id = memberships.group_id
          where memberships.user_id = ${before.userId} and memberships.source = ${source}
          order by groups.name`.execute(writing.db);
        const record = { ...before, active: false };
        await writing.finish(
          [
            sql`update scim_users set deleted_at = ${now}, active = 0, updated_at = ${now} where id = ${key.id}`,
            sql`update scim_groups set version = version + 1, updated_at = ${now}
              where id in (select group_id from scim_members where scim_user_id = ${key.id})`,
            sql`delete from scim_members where scim_user_id = ${key.id}`,
            sql`delete from memberships where user_id = ${before.userId} and source = ${source}`,
            updatePerson(before.userId, key.provider, { profile: undefined, standing: 'off' }, now),
          ],
          [before.userId],
          audit?.({ record: before, left: left.rows.map(({ name }) => name) }) ?? [],
        );
        return { record };
      });
      return record;
    },
  };
}

/** The content as it can be stored. */
function clean(content: ScimUserContent): ScimUserContent {
  const { externalId, profile } = content;
  return {
    ...content,
    userName: cleanText(content.userName),
    externalId: externalId === undefined ? undefined : cleanText(externalId),
    profile: profile && cleanProfile(profile),
  };
}

async function isTaken(db: Kysely<Tables>, key: ScimKey, before: string, after: string): Promise<boolean> {
  const name = scimKey(after);
  if (name === scimKey(before)) return false;
  const { rows } = await sql`select id from scim_users
    where provider = ${key.provider} and user_name_key = ${name} and deleted_at is null and id <> ${key.id}`.execute(
    db,
  );
  return rows.length > 0;
}

/** The person who had the provider's identity gives it up, so that the next login leads to the new one. */
function detach(provider: string, userId: string, now: number): readonly RawBuilder<unknown>[] {
  return [
    sql`delete from identities where provider = ${provider} and user_id = ${userId}`,
    sql`delete from scim_users where provider = ${provider} and user_id = ${userId} and deleted_at is not null`,
    sql`update users set version = version + 1, updated_at = ${now} where id = ${userId}`,
  ];
}

function insertResource(provider: string, record: ScimUserRecord): RawBuilder<unknown> {
  const row = {
    id: record.id,
    provider,
    user_id: record.userId,
    external_id: record.externalId ?? null,
    user_name: record.userName,
    user_name_key: scimKey(record.userName),
    active: record.active ? 1 : 0,
    resource: record.resource,
    version: record.version,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
  };
  return sql`insert into scim_users (${sql.join(Object.keys(row).map((name) => sql.ref(name)))})
    values (${sql.join(Object.values(row))})`;
}

function updateResource(record: ScimUserRecord): RawBuilder<unknown> {
  return sql`update scim_users set external_id = ${record.externalId ?? null}, user_name = ${record.userName},
    user_name_key = ${scimKey(record.userName)}, active = ${record.active ? 1 : 0},
    resource = ${record.resource}, version = ${record.version}, updated_at = ${record.updatedAt} where id = ${record.id}`;
}

function emailKeys(emails: readonly string[] | undefined): string[] {
  return [...new Set((emails ?? []).map(scimKey))];
}

function insertEmails(
  provider: string,
  id: string,
  emails: readonly string[] | undefined,
): readonly RawBuilder<unknown>[] {
  const keys = emailKeys(emails);
  if (keys.length === 0) return [];
  const rows = keys.map((key) => sql`(${provider}, ${key}, ${id})`);
  return [sql`insert into scim_emails (provider, email_key, scim_user_id) values ${sql.join(rows)}`];
}

/** Only what differs: on PostgreSQL a row cannot be deleted and inserted again by one statement. */
function replaceEmails(
  { provider, id }: ScimKey,
  emails: readonly string[] | undefined,
): readonly RawBuilder<unknown>[] {
  if (emails === undefined) return [];
  const keys = emailKeys(emails);
  if (keys.length === 0) return [sql`delete from scim_emails where scim_user_id = ${id}`];
  const rows = keys.map((key) => sql`(${provider}, ${key}, ${id})`);
  return [
    sql`delete from scim_emails where scim_user_id = ${id} and email_key not in (${sql.join(keys)})`,
    sql`insert into scim_emails (provider, email_key, scim_user_id) values ${sql.join(rows)} on conflict do nothing`,
  ];
}
