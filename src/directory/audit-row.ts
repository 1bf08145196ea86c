import { createHash, randomBytes } from 'node:crypto';
import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { SqlDialect } from './dialect.ts';
import { cleanText, nameKey } from './text.ts';
import type { AuditRecord } from './types.ts';

/** A record as it is stored. `event` is JSON without what is personal; `personal` is JSON of that, with a salt, until it is erased. */
export interface AuditRow {
  readonly at: number;
  readonly type: string;
  readonly user_id: string | null;
  readonly user_key: string | null;
  readonly reference: string | null;
  readonly event: string;
  readonly personal: string | null;
  readonly personal_digest: string | null;
  readonly digest: string;
}

/** Fields that tell of a person more than a pseudonym does. */
const personalFields: ReadonlySet<string> = new Set(['userName', 'address', 'subject', 'idpMessage', 'why']);

/** Of a failed login the cause is free text, somebody else's; of a session that ended it is one of a few words. */
function isPersonal(type: string, name: string): boolean {
  return personalFields.has(name) || (name === 'cause' && type !== 'session.ended');
}

/** The rows of these events in their order, chained to the digest of the record before them. */
export function auditRows(events: readonly AuditRecord[], previous: string): readonly AuditRow[] {
  let before = previous;
  return events.map((event) => {
    const entries = Object.entries(event);
    const apart = entries.filter(([name]) => isPersonal(event.type, name));
    const personal =
      apart.length === 0
        ? null
        : JSON.stringify({ salt: randomBytes(16).toString('base64url'), ...Object.fromEntries(apart) });
    const row = {
      at: event.at,
      type: cleanText(event.type),
      user_id: event.userId === undefined ? null : cleanText(event.userId),
      user_key: event.userName === undefined ? null : nameKey(event.userName),
      reference: event.reference === undefined ? null : cleanText(event.reference),
      event: JSON.stringify(Object.fromEntries(entries.filter(([name]) => !isPersonal(event.type, name)))),
      personal,
      personal_digest: personal === null ? null : sha256(personal),
    };
    before = recordDigest(row, before);
    return { ...row, digest: before };
  });
}

/** The digest of a record: over the one before it and everything in it, the personal part by its digest. */
export function recordDigest(
  row: Pick<AuditRow, 'at' | 'type' | 'user_id' | 'reference' | 'event' | 'personal_digest'>,
  previous: string,
): string {
  const { at, type, user_id: userId, reference, event, personal_digest: personal } = row;
  return sha256(JSON.stringify([previous, at, type, userId, reference, event, personal]));
}

/** base64url(SHA-256(text)). */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** The event of a row; without what was erased. */
export function readEvent<E>(row: Pick<AuditRow, 'event' | 'personal'>): E {
  const event = JSON.parse(row.event) as object;
  if (row.personal === null) return event as E;
  const { salt: _salt, ...personal } = JSON.parse(row.personal) as Record<string, unknown>;
  return { ...event, ...personal } as E;
}

/** The statement that appends these rows in their order, whatever their number. */
export function auditInsert(dialect: SqlDialect, rows: readonly AuditRow[]): RawBuilder<unknown> {
  const columns = {
    at: 'bigint',
    type: 'text',
    user_id: 'text',
    user_key: 'text',
    reference: 'text',
    event: 'text',
    personal: 'text',
    personal_digest: 'text',
    digest: 'text',
  } as const;
  const names = sql.join(Object.keys(columns).map((name) => sql.ref(name)));
  const records = rows.map((row) => ({ ...row }));
  return sql`insert into audit (${names}) select ${names} from ${dialect.records(records, columns)} as appended`;
}
