import type { Kysely, RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Membership, User } from '../identity/index.ts';
import { formatSource } from '../identity/index.ts';
import type { Database, Writing } from './database.ts';
import type { SqlDialect } from './dialect.ts';
import type { Tables } from './schema.ts';
import { expectExternalId, fulfilled } from './links.ts';
import { atOnce, inPieces } from './pieces.ts';
import { isProvisioned, lockMatches } from './scim-provisioned.ts';
import { checkGroupName, checkIdentityKey } from './text.ts';
import type { AuditRecord, CommittedLogin, LoginPlan, LoginStore } from './types.ts';
import type { UserRow } from './user-row.ts';
import { cleanProfile, profileColumns, readUser, sortMemberships, userColumns } from './user-row.ts';

type CreatePlan = Extract<LoginPlan, { kind: 'create' }>;
type SyncPlan = Extract<LoginPlan, { kind: 'sync' }>;
type Audit = ((committed: CommittedLogin) => readonly AuditRecord[]) | undefined;
const conflict = { kind: 'conflict' } as const;
/** A first login that brings thousands of groups takes seconds, in pieces; nobody else waits for it as long as that. */
const patienceWithMany = 10_000;

/**
 * Carries a login's plan out, in as few round trips as the rules of SQL allow:
 *
 *   create: missing groups ─▶ user, identity, memberships, change log, audit                (unique key: conflict)
 *   sync:   the user, if the version is the expected one ─▶ missing groups ─▶ the same      (no row: conflict)
 *   sync that changes nothing: one statement that notes the time of the login
 */
export function createCommitLogin(
  database: Database,
  newId: (now: number) => string,
): LoginStore['commitLogin'] {
  const { dialect } = database;

  /** The user with the plan's profile and a version of one more; undefined when the version is not the expected one. */
  async function updateUser(db: Kysely<Tables>, plan: SyncPlan): Promise<User | undefined> {
    const changes = plan.changesUser
      ? sql`, version = version + 1, updated_at = ${plan.now}, ${assignments(profileColumns(plan.profile))}`
      : sql``;
    const { rows } = await sql<UserRow>`update users set last_login_at = ${plan.now}${changes}
      where id = ${plan.userId} and version = ${plan.expectedVersion}
      returning ${userColumns(dialect)}`.execute(db);
    return rows[0] && readUser(rows[0]);
  }

  async function sync(writing: Writing, plan: SyncPlan, audit: Audit) {
    const user = await updateUser(writing.db, plan);
    if (!user) return conflict;
    const { issuer, subject } = plan.identity;
    const known = user.identities.find((each) => each.issuer === issuer && each.subject === subject);
    const idpRoles = rolesWith(user.idpRoles, plan);
    const statements = [
      sql`update users set idp_roles = ${JSON.stringify(idpRoles)} where id = ${user.id}`,
    ].filter(() => JSON.stringify(idpRoles) !== JSON.stringify(user.idpRoles));
    if (!known) statements.push(insertIdentity(plan, user.id), fulfilled(user.id));
    statements.push(...sharedId(plan, user.id));
    const identities = known
      ? user.identities
      : [...user.identities, { provider: plan.provider, issuer, subject }];
    return complete(writing, plan, { ...user, identities, idpRoles }, statements, audit);
  }

  async function create(writing: Writing, plan: CreatePlan, audit: Audit) {
    if (plan.unlessProvisioned) {
      await lockMatches(writing.db, dialect, plan.unlessProvisioned);
      if (await isProvisioned(writing.db, plan.unlessProvisioned)) return conflict;
    }
    const id = newId(plan.now);
    const idpRoles = rolesWith({}, plan);
    const row = {
      id,
      ...profileColumns(plan.profile),
      idp_roles: JSON.stringify(idpRoles),
      version: 1,
      created_at: plan.now,
      updated_at: plan.now,
      last_login_at: plan.now,
    };
    const insertUser = sql`insert into users (${sql.join(Object.keys(row).map((name) => sql.ref(name)))})
      values (${sql.join(Object.values(row))})`;
    const user: User = {
      id,
      profile: plan.profile,
      identities: [{ provider: plan.provider, ...plan.identity }],
      memberships: [],
      idpRoles,
      version: 1,
      createdAt: plan.now,
      updatedAt: plan.now,
      lastLoginAt: plan.now,
    };
    return complete(
      writing,
      plan,
      user,
      [insertUser, insertIdentity(plan, id), ...sharedId(plan, id)],
      audit,
    );
  }

  /** Groups, memberships, records; `user` is as the plan wants them but for the memberships. */
  async function complete(
    writing: Writing,
    plan: LoginPlan,
    before: User,
    statements: readonly RawBuilder<unknown>[],
    audit: Audit,
  ) {
    const { source, add, remove } = plan.memberships;
    const own = formatSource(source);
    const held = new Set(
      before.memberships.filter((each) => formatSource(each.source) === own).map((each) => each.group),
    );
    const added = add.filter((group) => !held.has(group));
    const removed = remove.filter((group) => held.has(group));
    const gone = new Set(removed);
    const toMembership = (group: string): Membership => ({ group, source });
    const groupsCreated = await createMissingGroups(writing.db, plan.now, added);
    const committed: CommittedLogin = {
      user: {
        ...before,
        memberships: sortMemberships([
          ...before.memberships.filter((each) => formatSource(each.source) !== own || !gone.has(each.group)),
          ...added.map(toMembership),
        ]),
      },
      created: plan.kind === 'create',
      added: added.map(toMembership),
      removed: removed.map(toMembership),
      groupsCreated,
    };
    const take = (names: readonly string[]) => deleteMemberships(dialect, before.id, own, names);
    const give = (names: readonly string[]) => insertMemberships(dialect, before.id, own, names, plan.now);
    const events = audit?.(committed) ?? [];
    if (isLarge(plan)) {
      await dialect.together(writing.db, statements);
      await inPieces(removed, (some) => take(some).execute(writing.db));
      await inPieces(added, (some) => give(some).execute(writing.db));
      await writing.finish([], [before.id], events);
    } else {
      const changes = [
        ...statements,
        ...(removed.length === 0 ? [] : [take(removed)]),
        ...(added.length === 0 ? [] : [give(added)]),
      ];
      await writing.finish(changes, [before.id], events);
    }
    return { kind: 'committed' as const, ...committed };
  }

  /**
   * Names of the groups that were missing. In the order of their names, so that two logins that create the same groups
   * wait for each other instead of deadlocking; and before the memberships, whose statement then sees them.
   */
  async function createMissingGroups(
    db: Kysely<Tables>,
    now: number,
    names: readonly string[],
  ): Promise<string[]> {
    const created: string[] = [];
    await inPieces(names.toSorted(), async (some) => {
      const rows = some.map((name) => ({ id: newId(now), name }));
      const inserted = await sql<{ name: string }>`insert into groups (id, name, created_at)
        select wanted.id, wanted.name, cast(${now} as bigint)
        from ${dialect.records(rows, { id: 'text', name: 'text' })} as wanted
        where not exists (select 1 from groups where groups.name = wanted.name)
        on conflict (name) do nothing returning name`.execute(db);
      created.push(...inserted.rows.map(({ name }) => name));
    });
    return created.sort();
  }

  return async (decided, audit) => {
    const plan = { ...decided, profile: cleanProfile(decided.profile) };
    checkIdentityKey(plan.identity);
    for (const name of plan.memberships.add) checkGroupName(name);
    if (plan.kind === 'sync' && !plan.changesUser) {
      const user = await database.alter((db) => updateUser(db, plan));
      if (user) for (const each of sharedId(plan, user.id)) await database.alter((db) => each.execute(db));
      return user
        ? { kind: 'committed', user, created: false, added: [], removed: [], groupsCreated: [] }
        : conflict;
    }
    const result = await database.tryWrite<{ kind: 'conflict' } | ({ kind: 'committed' } & CommittedLogin)>(
      (writing) => (plan.kind === 'create' ? create(writing, plan, audit) : sync(writing, plan, audit)),
      isLarge(plan) ? patienceWithMany : undefined,
    );
    return result ?? conflict;
  };
}

/** More memberships change than one statement should. */
function isLarge({ memberships }: LoginPlan): boolean {
  return memberships.add.length > atOnce || memberships.remove.length > atOnce;
}

function assignments(columns: Readonly<Record<string, string | number | null>>): RawBuilder<unknown> {
  return sql.join(Object.entries(columns).map(([name, value]) => sql`${sql.ref(name)} = ${value}`));
}

function rolesWith(known: User['idpRoles'], plan: LoginPlan): User['idpRoles'] {
  const others = Object.entries(known).filter(([provider]) => provider !== plan.provider);
  const own: [string, readonly string[]][] =
    plan.idpRoles.length === 0 ? [] : [[plan.provider, plan.idpRoles]];
  return Object.fromEntries([...others, ...own]);
}

/** Noted at each login, so that somebody who came before the file linked by it is found too. */
function sharedId({ externalId, now }: LoginPlan, userId: string): RawBuilder<unknown>[] {
  return externalId === undefined ? [] : [expectExternalId(userId, externalId, now)];
}

function insertIdentity(plan: LoginPlan, userId: string): RawBuilder<unknown> {
  return sql`insert into identities (issuer, subject, provider, user_id)
    values (${plan.identity.issuer}, ${plan.identity.subject}, ${plan.provider}, ${userId})`;
}

function deleteMemberships(dialect: SqlDialect, userId: string, source: string, names: readonly string[]) {
  const wanted = dialect.records(
    names.map((name) => ({ name })),
    { name: 'text' },
  );
  return sql`delete from memberships where user_id = ${userId} and source = ${source} and group_id in (
    select groups.id from groups join ${wanted} as wanted on groups.name = wanted.name)`;
}

function insertMemberships(
  dialect: SqlDialect,
  userId: string,
  source: string,
  names: readonly string[],
  now: number,
) {
  const wanted = dialect.records(
    names.map((name) => ({ name })),
    { name: 'text' },
  );
  return sql`insert into memberships (user_id, group_id, source, granted_at)
    select ${userId}, groups.id, ${source}, cast(${now} as bigint)
    from groups join ${wanted} as wanted on groups.name = wanted.name
    where true on conflict do nothing`;
}
