import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Value } from './compiled.ts';
import type { SqlDialect } from './dialect.ts';
import { scimKey } from './scim-rows.ts';
import type { ScimCondition } from './scim-types.ts';
import { cleanText } from './text.ts';

export type Kind = 'user' | 'group';

export const tableOf = (kind: Kind) => sql.table(kind === 'user' ? 'scim_users' : 'scim_groups');

/** Conditions of the same shape have the same text, whatever their values. */
export function shapeOf(where: ScimCondition | undefined): string {
  if (!where) return '';
  if ('never' in where) return 'never';
  if ('ids' in where) return 'ids';
  if ('all' in where) return `all(${where.all.map(shapeOf).join(',')})`;
  if ('any' in where) return `any(${where.any.map(shapeOf).join(',')})`;
  if (where.field === 'active') return where.is ? 'active' : 'inactive';
  return where.field === 'changed' ? `changed${where.op}` : where.field;
}

/** The values of a condition, by the names that {@link conditionOf} gives them. */
export function valuesOf(
  dialect: SqlDialect,
  where: ScimCondition | undefined,
  values: Record<string, unknown> = {},
): Record<string, unknown> {
  if (!where || 'never' in where) return values;
  const name = `v${Object.keys(values).length}`;
  if ('ids' in where) values[name] = dialect.idsValue(where.ids);
  else if ('all' in where) for (const each of where.all) valuesOf(dialect, each, values);
  else if ('any' in where) for (const each of where.any) valuesOf(dialect, each, values);
  else if (where.field === 'changed') values[name] = where.at;
  else if (where.field !== 'active') values[name] = keyOf(where.field, where.is);
  return values;
}

function keyOf(field: string, text: string): string {
  return field === 'userName' || field === 'displayName' || field === 'email'
    ? scimKey(text)
    : cleanText(text);
}

/** Living resources of the provider `provider` that satisfy the condition. */
export function living(
  dialect: SqlDialect,
  kind: Kind,
  where: ScimCondition | undefined,
  value: Value,
): RawBuilder<unknown> {
  const own =
    kind === 'user'
      ? sql`scim_users.provider = ${value('provider')} and scim_users.deleted_at is null`
      : sql`scim_groups.provider = ${value('provider')}`;
  let named = 0;
  const next = () => value(`v${named++}`);
  return where ? sql`${own} and ${conditionOf(dialect, kind, where, next, value)}` : own;
}

function conditionOf(
  dialect: SqlDialect,
  kind: Kind,
  where: ScimCondition,
  next: () => RawBuilder<unknown>,
  value: Value,
): RawBuilder<unknown> {
  const table = tableOf(kind);
  if ('never' in where) return sql`1 = 0`;
  if ('ids' in where) return sql`${table}.id in (select id from ${dialect.idsOf(next())} as wanted)`;
  if ('all' in where || 'any' in where) {
    const [parts, between] = 'all' in where ? [where.all, sql` and `] : [where.any, sql` or `];
    return sql`(${sql.join(
      parts.map((part) => conditionOf(dialect, kind, part, next, value)),
      between,
    )})`;
  }
  switch (where.field) {
    case 'active':
      return sql`scim_users.active = ${sql.lit(where.is ? 1 : 0)}`;
    case 'changed':
      return sql`${table}.updated_at ${sql.raw(where.op)} ${next()}`;
    case 'id':
      return sql`${table}.id = ${next()}`;
    case 'externalId':
      return sql`${table}.external_id = ${next()}`;
    case 'userName':
      return sql`scim_users.user_name_key = ${next()}`;
    case 'displayName':
      return sql`scim_groups.display_name_key = ${next()}`;
    case 'email':
      return sql`scim_users.id in (select scim_user_id from scim_emails
        where scim_emails.provider = ${value('provider')} and email_key = ${next()})`;
    case 'member':
      return sql`scim_groups.id in (select group_id from scim_members where scim_user_id = ${next()})`;
    case 'group':
      return sql`scim_users.id in (select scim_user_id from scim_members where group_id = ${next()})`;
  }
}
