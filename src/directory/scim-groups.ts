import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import { Failure } from '../identity/index.ts';
import type { Database, Writing } from './database.ts';
import { atOnce, inPieces, turn } from './pieces.ts';
import type { Moves } from './scim-members.ts';
import { createScimMembers, noMoves } from './scim-members.ts';
import type { ScimGroupRow } from './scim-rows.ts';
import { readScimGroup, scimGroupColumns, scimKey } from './scim-rows.ts';
import type {
  AuditOf,
  CreatedScimGroup,
  ScimGroupChange,
  ScimGroupContent,
  ScimGroupRecord,
  ScimKey,
  ScimStore,
} from './scim-types.ts';
import { cleanText, isGroupName } from './text.ts';

type Groups = Pick<ScimStore, 'createGroup' | 'changeGroup' | 'deleteGroup'>;

/** How long a change of thousands of members may take, milliseconds; it lets other work of the process in between. */
const patienceForMany = 25_000;

/** Provisioned groups, and the memberships of Doorward that follow from them. */
export function createScimGroups(database: Database, newId: (now: number) => string): Groups {
  const { dialect } = database;
  const members = createScimMembers(dialect);

  async function lock({ db }: Writing, { provider, id }: ScimKey): Promise<ScimGroupRecord | undefined> {
    const { rows } = await sql<ScimGroupRow>`select ${scimGroupColumns} from scim_groups
      where scim_groups.id = ${cleanText(id)} and provider = ${provider}${dialect.forUpdate}`.execute(db);
    return rows[0] && readScimGroup(rows[0]);
  }

  async function isTaken({ db }: Writing, provider: string, displayName: string): Promise<boolean> {
    const { rows } = await sql`select id from scim_groups
      where provider = ${provider} and display_name_key = ${scimKey(displayName)}`.execute(db);
    return rows.length > 0;
  }

  /** Makes the Doorward group if there is none; its name when it did. Before any membership of it. */
  async function ensureGroup(
    { db }: Writing,
    name: string | undefined,
    now: number,
  ): Promise<string | undefined> {
    if (name === undefined) return undefined;
    if (!isGroupName(name)) throw new Failure('bad_request', { detail: 'directory.group_name' });
    const { rows } = await sql`insert into groups (id, name, created_at)
      select ${newId(now)}, ${name}, cast(${now} as bigint) where not exists (select 1 from groups where name = ${name})
      on conflict (name) do nothing returning id`.execute(db);
    return rows.length === 1 ? name : undefined;
  }

  /** The last statements of a change: versions of everybody whom it touched, change log and audit records. */
  async function finish(
    writing: Writing,
    statements: readonly RawBuilder<unknown>[],
    { change, touched }: { readonly change: ScimGroupChange; readonly touched: ReadonlySet<string> },
    now: number,
    audit: AuditOf<ScimGroupChange> | undefined,
  ): Promise<void> {
    const changed = [...new Set([...change.granted, ...change.revoked].map(({ userId }) => userId))].sort();
    const people = (
      some: readonly string[],
    ) => sql`update users set version = version + 1, updated_at = ${now}
      where id in (select id from ${dialect.ids(some)} as changed)`;
    // A user's `groups` are part of the resource: its version moves with them.
    const resources = (some: readonly string[]) => sql`update scim_users set version = version + 1
      where id in (select id from ${dialect.ids(some)} as moved)`;
    const last = [...statements];
    const moved = [...touched].sort();
    if (moved.length <= atOnce && changed.length <= atOnce) {
      if (moved.length > 0) last.push(resources(moved));
      if (changed.length > 0) last.push(people(changed));
    } else {
      await inPieces(moved, (some) => resources(some).execute(writing.db));
      await inPieces(changed, (some) => people(some).execute(writing.db));
    }
    await writing.finish(last, changed, audit?.(change) ?? []);
  }

  const outcome = (
    record: ScimGroupRecord,
    before: ScimGroupRecord | undefined,
    moves: Moves,
    groupCreated: string | undefined,
  ) => {
    const { touched, ...rest } = moves;
    return { change: { record, before, ...rest, groupCreated }, touched };
  };

  return {
    async createGroup({ provider, content, members: wanted, now }, audit) {
      const { displayName, externalId, granted, resource } = clean(content);
      const id = newId(now);
      const times = { version: 1, createdAt: now, updatedAt: now };
      const record: ScimGroupRecord = { id, displayName, externalId, granted, resource, ...times };
      const work = async (writing: Writing): Promise<CreatedScimGroup> => {
        if (await isTaken(writing, provider, displayName)) return { kind: 'taken' };
        const groupCreated = await ensureGroup(writing, granted, now);
        await insertGroup(provider, record).execute(writing.db);
        const moves = noMoves();
        const delta = { clear: false, join: wanted, leave: [] };
        const unknown = await members.change(writing, { id, provider, granted }, delta, moves, now);
        if (unknown !== undefined) throw new UnknownMember(unknown);
        await finish(writing, [], outcome(record, undefined, moves, groupCreated), now, audit);
        return { kind: 'created', record };
      };
      try {
        return await database.write(work, wanted.length > atOnce ? patienceForMany : undefined);
      } catch (error) {
        if (error instanceof UnknownMember) return { kind: 'unknown_member', id: error.id };
        throw error;
      }
    },

    async changeGroup(key, decide, { now, many }, audit) {
      type Result = Awaited<ReturnType<Groups['changeGroup']>>;
      const work = async (writing: Writing): Promise<{ result: Result }> => {
        const before = await lock(writing, key);
        if (!before) return { result: undefined };
        const plan = decide(before);
        const content = plan.content && clean(plan.content);
        const renamed = content !== undefined && scimKey(content.displayName) !== scimKey(before.displayName);
        if (renamed && (await isTaken(writing, key.provider, content.displayName)))
          return { result: { taken: true } };
        const moves = noMoves();
        const granted = content ? content.granted : before.granted;
        const groupCreated =
          granted === before.granted ? undefined : await ensureGroup(writing, granted, now);
        const group = { id: before.id, provider: key.provider, granted: before.granted };
        if (plan.members) {
          const unknown = await members.change(writing, group, plan.members, moves, now);
          if (unknown !== undefined) throw new UnknownMember(unknown);
        }
        if (!content && moves.joined + moves.left === 0)
          return { result: { record: before, changed: false } };
        const record: ScimGroupRecord = {
          ...before,
          ...content,
          version: before.version + 1,
          updatedAt: Math.max(now, before.updatedAt),
        };
        if (granted !== before.granted) {
          await updateGroup(record).execute(writing.db);
          await members.regrant(writing, group, before.granted, granted, moves, now);
        }
        await finish(
          writing,
          granted === before.granted ? [updateGroup(record)] : [],
          outcome(record, before, moves, groupCreated),
          now,
          audit,
        );
        return { result: { record, changed: true } };
      };
      try {
        return (await database.write(work, many ? patienceForMany : undefined)).result;
      } catch (error) {
        if (error instanceof UnknownMember) return { unknownMember: error.id };
        throw error;
      }
    },

    async deleteGroup(key, check, now, audit) {
      // Members first, some at a time, each time whole: nobody else waits while fifty thousand of them leave.
      for (let isFirst = true; ; isFirst = false) {
        const { record, isGone } = await database.write(async (writing) => {
          const record = await lock(writing, key);
          if (!record) return { record, isGone: true };
          if (isFirst) check(record);
          const leave = await members.some(writing, record.id);
          const moves = noMoves();
          const group = { id: record.id, provider: key.provider, granted: record.granted };
          await members.change(writing, group, { clear: false, join: [], leave }, moves, now);
          const isGone = leave.length < atOnce;
          const last = isGone
            ? sql`delete from scim_groups where id = ${record.id}`
            : sql`update scim_groups set version = version + 1, updated_at = ${now} where id = ${record.id}`;
          const done = outcome(record, record, moves, undefined);
          await finish(writing, [last], done, now, (change) => audit?.(change, isGone) ?? []);
          return { record, isGone };
        });
        if (isGone) return record;
        await turn();
      }
    },
  };
}

/** Rolls the transaction back. */
class UnknownMember extends Error {
  readonly id: string;

  constructor(id: string) {
    super('unknown member');
    this.id = id;
  }
}

function clean(content: ScimGroupContent): ScimGroupContent {
  const { displayName, externalId } = content;
  return {
    ...content,
    displayName: cleanText(displayName),
    externalId: externalId === undefined ? undefined : cleanText(externalId),
  };
}

function insertGroup(provider: string, record: ScimGroupRecord): RawBuilder<unknown> {
  const row = {
    id: record.id,
    provider,
    external_id: record.externalId ?? null,
    display_name: record.displayName,
    display_name_key: scimKey(record.displayName),
    granted: record.granted ?? null,
    resource: record.resource,
    version: record.version,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
  };
  return sql`insert into scim_groups (${sql.join(Object.keys(row).map((name) => sql.ref(name)))})
    values (${sql.join(Object.values(row))})`;
}

function updateGroup(record: ScimGroupRecord): RawBuilder<unknown> {
  return sql`update scim_groups set external_id = ${record.externalId ?? null}, display_name = ${record.displayName},
    display_name_key = ${scimKey(record.displayName)}, granted = ${record.granted ?? null},
    resource = ${record.resource}, version = ${record.version}, updated_at = ${record.updatedAt}
    where id = ${record.id}`;
}
