import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { comparable } from '../identity/index.ts';
import type { Tables } from './schema.ts';
import { scimKey } from './scim-rows.ts';
import type { NewScimUser } from './scim-types.ts';
import { cleanText, nameKey } from './text.ts';

/** Whom a new resource stands for. */
export type Recognized =
  | { readonly kind: 'taken'; readonly what: 'userName' | 'person' }
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'nobody' }
  /** Somebody who signed in before, or whose resource was deleted. */
  | { readonly kind: 'known' | 'returned'; readonly userId: string }
  /** Somebody whose resource was deleted, and who is to start anew. */
  | { readonly kind: 'replaced'; readonly userId: string };

interface Row {
  readonly kind: string;
  readonly user_id: string;
  readonly external_id: string | null;
  readonly seen: string | null;
}

/** Looks, in one statement, for everybody whom the new resource could stand for, and decides for one or nobody. */
export async function recognize(db: Kysely<Tables>, plan: NewScimUser): Promise<Recognized> {
  const { provider, content, match, onReturn } = plan;
  const key = scimKey(content.userName);
  const resource = sql`user_id, external_id, null as seen from scim_users where provider = ${provider}`;
  const known = sql`null as external_id`;
  const signedIn = sql`exists (select 1 from identities
    where identities.user_id = users.id and identities.provider = ${provider})`;
  const looks = [
    sql`select 'living' as kind, ${resource} and user_name_key = ${key} and deleted_at is null`,
    sql`select 'gone' as kind, ${resource} and user_name_key = ${key} and deleted_at is not null`,
  ];
  if (content.externalId !== undefined) {
    looks.push(
      sql`select 'gone' as kind, ${resource} and external_id = ${content.externalId} and deleted_at is not null`,
    );
  }
  for (const { by, value } of match) {
    const text = cleanText(value);
    if (by === 'subject')
      looks.push(sql`select 'subject' as kind, user_id, ${known}, subject as seen from identities
        where provider = ${provider} and subject = ${text}`);
    else if (by === 'userName')
      looks.push(sql`select 'userName' as kind, id as user_id, ${known}, user_name as seen from users
        where user_name_key = ${nameKey(value)} and ${signedIn}`);
    else
      looks.push(sql`select 'email' as kind, id as user_id, ${known}, email as seen from users
        where email_key = ${nameKey(value)} and email_verified = 1 and ${signedIn}`);
  }
  const { rows } = await sql<Row>`${sql.join(looks, sql` union all `)}`.execute(db);
  if (rows.some(({ kind }) => kind === 'living')) return { kind: 'taken', what: 'userName' };

  const gone = goneFor(content.externalId, rows);
  for (const { by, value } of match) {
    const matching = new Set(
      rows.filter((row) => row.kind === by && sameText(by, row.seen, value)).map((row) => row.user_id),
    );
    const [userId, ...others] = matching;
    if (others.length > 0) return { kind: 'ambiguous' };
    if (userId === undefined) continue;
    const resource = await resourceOf(db, provider, userId);
    if (!resource) return { kind: 'known', userId };
    if (resource.deleted_at === null) return { kind: 'taken', what: 'person' };
    if (by !== 'subject' && !mayBeSame(content.externalId, resource.external_id)) continue;
    return { kind: onReturn === 'restore' ? 'returned' : 'replaced', userId };
  }
  if (gone === undefined) return { kind: 'nobody' };
  return { kind: onReturn === 'restore' ? 'returned' : 'replaced', userId: gone };
}

/**
 * The person behind a deleted resource: the one with the same externalId, else the one with the same user name unless
 * both have an externalId and they differ. A user name that was given to a new hire does not lead to the old account.
 */
function goneFor(externalId: string | undefined, rows: readonly Row[]): string | undefined {
  const gone = rows.filter(({ kind }) => kind === 'gone');
  const same = externalId === undefined ? [] : gone.filter((row) => row.external_id === externalId);
  const named = gone.filter((row) => mayBeSame(externalId, row.external_id));
  return (same.length > 0 ? same : named).at(-1)?.user_id;
}

function mayBeSame(externalId: string | undefined, other: string | null): boolean {
  return externalId === undefined || other === null || externalId === other;
}

/** The index holds a shortened form of a name; what was meant decides. */
function sameText(by: string, seen: string | null, wanted: string): boolean {
  return by === 'subject' || (seen !== null && comparable(seen) === comparable(cleanText(wanted)));
}

/** The person's resource, the living one if there is one. */
async function resourceOf(db: Kysely<Tables>, provider: string, userId: string) {
  const { rows } = await sql<{ deleted_at: number | null; external_id: string | null }>`
    select deleted_at, external_id from scim_users where provider = ${provider} and user_id = ${userId}
    order by deleted_at is null desc limit 1`.execute(db);
  return rows[0];
}
