import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { SqlDialect } from './dialect.ts';
import { cleanText, nameKey } from './text.ts';
import type { AuditRecord } from './types.ts';

/** The statement that appends these events in their order, whatever their number. */
export function auditInsert(dialect: SqlDialect, events: readonly AuditRecord[]): RawBuilder<unknown> {
  const text = (value: string | undefined) => (value === undefined ? null : cleanText(value));
  const rows = events.map((event) => ({
    at: event.at,
    type: cleanText(event.type),
    user_id: text(event.userId),
    user_key: event.userName === undefined ? null : nameKey(event.userName),
    reference: text(event.reference),
    event: JSON.stringify(event),
  }));
  const columns = {
    at: 'bigint',
    type: 'text',
    user_id: 'text',
    user_key: 'text',
    reference: 'text',
    event: 'text',
  } as const;
  return sql`insert into audit (at, type, user_id, user_key, reference, event)
    select at, type, user_id, user_key, reference, event from ${dialect.records(rows, columns)} as appended`;
}
