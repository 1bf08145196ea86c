import { sql } from 'kysely';
import type { Migration } from './types.ts';

/**
 * People are found by the beginnings of words, from an index that the database itself keeps: FTS5 in SQLite (people_rows
 * gives each person the number it wants), a text search index in PostgreSQL, for which no extension is needed.
 */
export const peopleSearch: Migration = {
  name: '0007-people-search',
  statements: ({ kind, text, integer, withoutRowid }) => [
    ...(kind === 'sqlite' ? sqliteIndex : [postgresIndex]),
    sql`create index users_disabled on users (user_name_key, id) where disabled_at is not null`,
    sql`create index users_deactivated on users (user_name_key, id) where deactivated_at is not null`,
    sql`create index identities_by_provider on identities (provider, user_id)`,
    sql`create table samples (
      name ${text} not null,
      at ${integer} not null,
      value ${integer} not null,
      primary key (name, at)
    ) ${withoutRowid}`,
  ],
};

const sqliteIndex = [
  sql`create table people_rows (id integer primary key, user_id text not null unique) strict`,
  sql`create virtual table people_search using fts5(words, detail = none, prefix = '1 2 3', tokenize = "unicode61 remove_diacritics 0")`,
  sql`insert into people_rows (user_id) select id from users`,
  sql`insert into people_search (rowid, words)
    select people_rows.id, users.search_text from people_rows join users on users.id = people_rows.user_id`,
  sql`create trigger people_search_insert after insert on users begin
    insert into people_rows (user_id) values (new.id);
    insert into people_search (rowid, words)
      select people_rows.id, new.search_text from people_rows where people_rows.user_id = new.id;
  end`,
  sql`create trigger people_search_update after update of search_text on users
    when old.search_text is not new.search_text begin
    update people_search set words = new.search_text
      where rowid = (select people_rows.id from people_rows where people_rows.user_id = new.id);
  end`,
  sql`create trigger people_search_delete after delete on users begin
    delete from people_search where rowid = (select people_rows.id from people_rows where people_rows.user_id = old.id);
    delete from people_rows where user_id = old.id;
  end`,
];

/** What divides words, as the parser of PostgreSQL would not always have it (`ann@acme.example` is one word to it). */
export const postgresWords = sql.raw(
  `to_tsvector('simple'::regconfig, translate(left(users.search_text, 4000), '@.-_+/\\,;:''"()', '              '))`,
);

const postgresIndex = sql`create index users_by_words on users using gin ((${postgresWords}))`;
