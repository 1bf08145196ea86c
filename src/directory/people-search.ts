import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import { comparable, type User } from '../identity/index.ts';
import type { ConsoleStore, PeopleQuery } from './console-types.ts';
import type { Database } from './database.ts';
import { postgresWords } from './migrations/0007-people-search.ts';
import { cleanText } from './text.ts';
import type { UserRow } from './user-row.ts';
import { readUser, userColumns } from './user-row.ts';

/** A condition that no more people than this fulfil gives the candidates; beyond, walking along the names is faster. */
const several = 10_000;
/** A first glance: so many user names, one after the other. */
const firstGlance = 300;
/** More words than anybody types. */
const mostWords = 8;

/**
 * Search as people type. A condition that few fulfil gives the candidates, from its index. When every condition holds for
 * many, a page of them is found soon by walking along the user names, where the conditions are only checked.
 */
export function createPeopleSearch(database: Database): ConsoleStore['searchPeople'] {
  const { dialect } = database;
  const columns = userColumns(dialect);

  /** The ids that a condition's index gives; undefined when they are more than {@link several}. */
  async function candidatesOf(source: RawBuilder<unknown>): Promise<readonly string[] | undefined> {
    const { rows } = await database.read((db) =>
      sql<{ id: string }>`select id from (${source} limit ${several + 1}) as found`.execute(db),
    );
    return rows.length > several ? undefined : rows.map(({ id }) => id);
  }

  /** The statements that give candidates, the cheapest first. */
  function sources({ group, provider }: PeopleQuery, words: readonly string[]): Source[] {
    const found: Source[] = [];
    if (group !== undefined) {
      const source = sql`select memberships.user_id as id from memberships
        join groups on groups.id = memberships.group_id where groups.name = ${cleanText(group)}`;
      found.push({ source, byWords: false });
    }
    if (words.length > 0) {
      const source =
        dialect.kind === 'sqlite'
          ? sql`select people_rows.user_id as id from people_search
              join people_rows on people_rows.id = people_search.rowid
              where people_search match ${words.map((word) => `"${word}"*`).join(' AND ')}`
          : sql`select users.id from users
              where ${postgresWords} @@ to_tsquery('simple', ${words.map((word) => `'${word}':*`).join(' & ')})`;
      found.push({ source, byWords: true });
    }
    if (provider !== undefined) {
      const source = sql`select user_id as id from identities where provider = ${cleanText(provider)}`;
      found.push({ source, byWords: false });
    }
    return found;
  }

  function conditions(
    { group, provider, status }: PeopleQuery,
    words: readonly string[],
    narrowed: boolean,
  ): RawBuilder<unknown>[] {
    const all: RawBuilder<unknown>[] = [sql`true`];
    // The index has looked at the words already.
    if (!narrowed)
      for (const word of words) all.push(sql`${dialect.position(sql`users.search_text`, word)} > 0`);
    if (group !== undefined) {
      all.push(sql`exists (select 1 from memberships join groups on groups.id = memberships.group_id
        where memberships.user_id = users.id and groups.name = ${cleanText(group)})`);
    }
    if (provider !== undefined) {
      all.push(sql`exists (select 1 from identities
        where identities.user_id = users.id and identities.provider = ${cleanText(provider)})`);
    }
    if (status === 'disabled') all.push(sql`users.disabled_at is not null`);
    if (status === 'deactivated') all.push(sql`users.deactivated_at is not null`);
    if (status === 'active') all.push(sql`users.disabled_at is null and users.deactivated_at is null`);
    return all;
  }

  /** The people of one page; `walk` bounds how many user names are looked at. */
  async function page(
    { after, limit }: PeopleQuery,
    all: readonly RawBuilder<unknown>[],
    walk?: number,
  ): Promise<readonly User[]> {
    const past =
      after === undefined
        ? sql`true`
        : sql`(users.user_name_key, users.id) > (
            select past.user_name_key, past.id from users as past where past.id = ${cleanText(after)})`;
    const from =
      walk === undefined
        ? sql`users where ${past} and`
        : sql`(select * from users where ${past} order by users.user_name_key, users.id limit ${walk}) as users where`;
    // The page first, then the people of the page: what belongs to them is not gathered for those that are sorted out.
    const { rows } = await database.read((db) =>
      sql<UserRow>`select ${columns} from users where users.id in (select id from (
          select users.id from ${from} ${sql.join(all, sql` and `)}
          order by users.user_name_key, users.id limit ${limit}) as page)
        order by users.user_name_key, users.id`.execute(db),
    );
    return rows.map(readUser);
  }

  return async (query): Promise<readonly User[]> => {
    const words = wordsOf(query.search);
    if (words === undefined) return [];
    const checks = conditions(query, words, false);
    const narrowing = sources(query, words);
    if (narrowing.length === 0) return page(query, checks);
    // What very many share fills the page at once.
    const glance = await page(query, checks, firstGlance);
    if (glance.length === query.limit) return glance;
    for (const { source, byWords } of narrowing) {
      const ids = await candidatesOf(source);
      if (ids === undefined) continue;
      if (ids.length === 0) return [];
      // By their ids and not by the statement: a planner that guesses how many they are would walk along everybody.
      return page(query, [dialect.oneOf(sql`users.id`, ids), ...conditions(query, words, byWords)]);
    }
    return page(query, checks);
  };
}

/** A statement that gives the ids of candidates; `byWords`: it has looked at the words already. */
interface Source {
  readonly source: RawBuilder<unknown>;
  readonly byWords: boolean;
}

/** The words of what was typed; none: everybody; undefined: something without a word in it, which nobody has. */
function wordsOf(search: string | undefined): readonly string[] | undefined {
  const typed = comparable(search ?? '').slice(0, 300);
  if (typed === '') return [];
  const words = cleanText(typed)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  return words.length === 0 ? undefined : words.slice(0, mostWords);
}
