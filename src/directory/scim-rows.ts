import { createHash } from 'node:crypto';
import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import { comparable } from '../identity/index.ts';
import type { SqlDialect } from './dialect.ts';
import type { ScimGroupRecord, ScimShownUser, ScimUserRecord } from './scim-types.ts';
import { cleanText } from './text.ts';

/** Longest comparable form that is indexed as it is; longer ones are told apart by their digest. */
const longest = 256;

/** What names are compared and unique by: equal exactly when the comparable forms are, and short enough for an index. */
export function scimKey(name: string): string {
  const key = cleanText(comparable(name));
  return key.length <= longest
    ? key
    : `${key.slice(0, longest)}#${createHash('sha256').update(key).digest('base64url')}`;
}

/** A user as it is shown to the client. */
export interface ScimShownRow {
  readonly id: string;
  readonly resource: string;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly group_list: string | null;
}

export interface ScimUserRow extends ScimShownRow {
  readonly user_id: string;
  readonly external_id: string | null;
  readonly user_name: string;
  readonly active: number;
}

export function scimShownColumns(dialect: SqlDialect, withGroups: boolean): RawBuilder<unknown> {
  const groups = withGroups
    ? dialect.jsonList(
        ['scim_groups.id', 'scim_groups.display_name'],
        sql`from scim_members join scim_groups on scim_groups.id = scim_members.group_id
          where scim_members.scim_user_id = scim_users.id`,
      )
    : sql`null`;
  return sql`scim_users.id, scim_users.resource, scim_users.version, scim_users.created_at, scim_users.updated_at,
    ${groups} as group_list`;
}

export function scimUserColumns(dialect: SqlDialect, withGroups: boolean): RawBuilder<unknown> {
  return sql`${scimShownColumns(dialect, withGroups)}, scim_users.user_id, scim_users.external_id,
    scim_users.user_name, scim_users.active`;
}

const none: ScimShownUser['groups'] = [];

function inOrder(groups: readonly GroupPair[]): ScimShownUser['groups'] {
  return groups
    .map(([id, displayName]) => ({ id, displayName }))
    .sort((one, other) => (one.displayName < other.displayName ? -1 : 1));
}

type GroupPair = readonly [id: string, displayName: string];

export function readShownUser(
  row: ScimShownRow,
  groups: readonly GroupPair[] = row.group_list === null ? [] : (JSON.parse(row.group_list) as GroupPair[]),
): ScimShownUser {
  return {
    id: row.id,
    resource: row.resource,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    groups: groups.length === 0 ? none : inOrder(groups),
  };
}

export function readScimUser(row: ScimUserRow): ScimUserRecord {
  return {
    ...readShownUser(row),
    userId: row.user_id,
    externalId: row.external_id ?? undefined,
    userName: row.user_name,
    active: row.active === 1,
  };
}

export interface ScimGroupRow {
  readonly id: string;
  readonly external_id: string | null;
  readonly display_name: string;
  readonly granted: string | null;
  readonly resource: string;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

export const scimGroupColumns = sql`scim_groups.id, scim_groups.external_id, scim_groups.display_name,
  scim_groups.granted, scim_groups.resource, scim_groups.version, scim_groups.created_at, scim_groups.updated_at`;

export function readScimGroup(row: ScimGroupRow): ScimGroupRecord {
  return {
    id: row.id,
    externalId: row.external_id ?? undefined,
    displayName: row.display_name,
    granted: row.granted ?? undefined,
    resource: row.resource,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
