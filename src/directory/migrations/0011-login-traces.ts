import { sql } from 'kysely';
import type { Migration } from './types.ts';

/** What each attempt to sign in brought and came to, for those who help people in; kept for some days only. */
export const loginTraces: Migration = {
  name: '0011-login-traces',
  statements: ({ text, integer, strict }) => [
    sql`create table login_traces (
      reference ${text} primary key,
      at ${integer} not null,
      provider ${text} not null,
      outcome ${text} not null,
      why ${text},
      user_id ${text},
      user_name ${text},
      user_key ${text},
      trace ${text} not null
    ) ${strict}`,
    sql`create index login_traces_by_time on login_traces (at)`,
    sql`create index login_traces_by_user on login_traces (user_id)`,
    sql`create index login_traces_by_name on login_traces (user_key, at)`,
  ],
};
