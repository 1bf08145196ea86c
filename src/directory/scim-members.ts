import { sql } from 'kysely';
import type { Writing } from './database.ts';
import type { SqlDialect } from './dialect.ts';
import { atOnce, inPieces, turn } from './pieces.ts';
import type { MemberDelta, ScimMember, ScimMoved } from './scim-types.ts';
import { cleanText } from './text.ts';

/** A SCIM user on the way into or out of a group. */
interface Moving {
  readonly id: string;
  readonly user_id: string;
  readonly user_name: string;
}

/** What happened to people; events and change log entries are made of it. */
export interface Moves {
  joined: number;
  left: number;
  readonly granted: (ScimMoved & { group: string })[];
  readonly revoked: (ScimMoved & { group: string })[];
  /** SCIM users whose `groups` changed with it: their versions move at the end, in one statement. */
  readonly touched: Set<string>;
}

export const noMoves = (): Moves => ({
  joined: 0,
  left: 0,
  granted: [],
  revoked: [],
  touched: new Set(),
});

/** Everything about members is done in pieces of bounded size, and in rows: the list itself is never held. */
export function createScimMembers(dialect: SqlDialect) {
  /**
   * Carries the delta out on a group whose row is locked. Members are locked one after the other in the order of their
   * ids, so that two requests about the same person decide one after the other what that person is left with.
   *
   * @returns the id of a member that does not exist, in which case everything must be rolled back
   */
  async function change(
    { db }: Writing,
    group: { readonly id: string; readonly provider: string; readonly granted: string | undefined },
    delta: MemberDelta,
    moves: Moves,
    now: number,
  ): Promise<string | undefined> {
    const { provider, granted } = group;
    let unknown: string | undefined;
    const joining = inOrder(delta.join);
    await inPieces(joining, async (some) => {
      if (unknown !== undefined) return;
      const ids = some.map(({ id }) => id);
      const { rows } = await sql<Moving>`select id, user_id, user_name from scim_users
        where provider = ${provider} and deleted_at is null and id in (select id from ${dialect.ids(ids)} as wanted)
        order by id${dialect.forUpdate}`.execute(db);
      if (rows.length < ids.length) {
        const found = new Set(rows.map(({ id }) => id));
        unknown = ids.find((id) => !found.has(id));
        return;
      }
      const inserted = await sql<{ scim_user_id: string }>`insert into scim_members
          (group_id, scim_user_id, display)
        select ${group.id}, id, display from ${memberRows(some)} as wanted where true
        on conflict do nothing returning scim_user_id`.execute(db);
      const joined = new Set(inserted.rows.map((row) => row.scim_user_id));
      const movers = rows.filter(({ id }) => joined.has(id));
      moves.joined += movers.length;
      for (const each of movers) moves.touched.add(each.id);
      if (granted !== undefined) await grant(db, provider, granted, movers, moves, now);
    });
    if (unknown !== undefined) return unknown;

    const leave = async (ids: readonly string[]) => {
      const { rows } = await sql<Moving>`select id, user_id, user_name from scim_users
        where id in (select scim_user_id from scim_members
          where group_id = ${group.id} and scim_user_id in (select id from ${dialect.ids(ids)} as wanted))
        order by id${dialect.forUpdate}`.execute(db);
      if (rows.length === 0) return;
      const leaving = dialect.ids(rows.map(({ id }) => id));
      await sql`delete from scim_members
        where group_id = ${group.id} and scim_user_id in (select id from ${leaving} as leaving)`.execute(db);
      moves.left += rows.length;
      for (const each of rows) moves.touched.add(each.id);
      if (granted !== undefined) await revoke(db, provider, granted, rows, moves);
    };
    if (!delta.clear) {
      await inPieces([...new Set(delta.leave)].sort(), leave);
      return undefined;
    }
    const staying = new Set(joining.map(({ id }) => id));
    await eachMember(db, group.id, (ids) => leave(ids.filter((id) => !staying.has(id))));
    return undefined;
  }

  const memberRows = (members: readonly ScimMember[]) =>
    dialect.records(
      members.map(({ id, display }) => ({ id, display: display === undefined ? null : cleanText(display) })),
      { id: 'text', display: 'text' },
    );

  /** Some members of the group; fewer than {@link atOnce} are all of them. */
  async function some({ db }: Writing, groupId: string): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`select scim_user_id as id from scim_members
      where group_id = ${groupId} order by scim_user_id limit ${atOnce}`.execute(db);
    return rows.map(({ id }) => id);
  }

  /** The members of a group move from one Doorward group to another one. */
  async function regrant(
    { db }: Writing,
    group: { readonly id: string; readonly provider: string },
    from: string | undefined,
    to: string | undefined,
    moves: Moves,
    now: number,
  ): Promise<void> {
    await eachMember(db, group.id, async (ids) => {
      const { rows } = await sql<Moving>`select id, user_id, user_name from scim_users
        where id in (select id from ${dialect.ids(ids)} as members) order by id${dialect.forUpdate}`.execute(
        db,
      );
      if (to !== undefined) await grant(db, group.provider, to, rows, moves, now);
      if (from !== undefined) await revoke(db, group.provider, from, rows, moves);
    });
  }

  async function eachMember(
    db: Writing['db'],
    groupId: string,
    work: (ids: readonly string[]) => Promise<unknown>,
  ): Promise<void> {
    for (let after = ''; ;) {
      const { rows } = await sql<{ id: string }>`select scim_user_id as id from scim_members
        where group_id = ${groupId} and scim_user_id > ${after} order by scim_user_id limit ${atOnce}`.execute(
        db,
      );
      if (rows.length > 0)
        await inPieces(
          rows.map(({ id }) => id),
          work,
        );
      const last = rows.at(-1);
      if (!last || rows.length < atOnce) return;
      after = last.id;
      await turn();
    }
  }

  async function grant(
    db: Writing['db'],
    provider: string,
    group: string,
    movers: readonly Moving[],
    moves: Moves,
    now: number,
  ): Promise<void> {
    if (movers.length === 0) return;
    const { rows } = await sql<{
      user_id: string;
    }>`insert into memberships (user_id, group_id, source, granted_at)
      select wanted.id, groups.id, ${`scim:${provider}`}, cast(${now} as bigint)
      from ${dialect.ids(movers.map((each) => each.user_id))} as wanted join groups on groups.name = ${group}
      where true on conflict do nothing returning user_id`.execute(db);
    const moved = new Set(rows.map((row) => row.user_id));
    for (const each of movers) {
      if (moved.has(each.user_id))
        moves.granted.push({ userId: each.user_id, userName: each.user_name, group });
    }
  }

  /** Only from those whom no other SCIM group of the provider has in the same Doorward group. */
  async function revoke(
    db: Writing['db'],
    provider: string,
    group: string,
    movers: readonly Moving[],
    moves: Moves,
  ): Promise<void> {
    if (movers.length === 0) return;
    const { rows } = await sql<{ user_id: string }>`delete from memberships
      where user_id in (select id from ${dialect.ids(movers.map((each) => each.user_id))} as leaving)
        and group_id = (select groups.id from groups where groups.name = ${group})
        and source = ${`scim:${provider}`}
        and not exists (select 1 from scim_users
          join scim_members on scim_members.scim_user_id = scim_users.id
          join scim_groups on scim_groups.id = scim_members.group_id
          where scim_users.user_id = memberships.user_id and scim_users.provider = ${provider}
            and scim_groups.granted = ${group})
      returning user_id`.execute(db);
    const moved = new Set(rows.map((row) => row.user_id));
    for (const each of movers) {
      if (moved.has(each.user_id))
        moves.revoked.push({ userId: each.user_id, userName: each.user_name, group });
    }
  }

  return { change, regrant, some };
}

/** Each once, the first one counts, in the order of the ids. */
function inOrder(members: readonly ScimMember[]): ScimMember[] {
  const byId = new Map(members.toReversed().map((member) => [member.id, member]));
  return [...byId.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
}
