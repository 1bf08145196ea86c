import type { Generated } from 'kysely';

/** The tables as Kysely sees them. Times are milliseconds since the epoch; flags are 0 or 1; JSON is kept as text. */
export interface Tables {
  users: UsersTable;
  identities: IdentitiesTable;
  groups: GroupsTable;
  memberships: MembershipsTable;
  audit: AuditTable;
  change_log: ChangeLogTable;
  processes: ProcessesTable;
  migrations: MigrationsTable;
  samples: SamplesTable;
}

export interface UsersTable {
  id: string;
  user_name: string;
  /** Comparable form, cut to what an index takes. */
  user_name_key: string;
  email: string | null;
  email_key: string | null;
  email_verified: number;
  display_name: string | null;
  given_name: string | null;
  family_name: string | null;
  locale: string | null;
  /** Comparable forms of everything a person is searched by, one a line. */
  search_text: string;
  disabled_at: number | null;
  disabled_why: string | null;
  deactivated_at: number | null;
  deactivated_by: string | null;
  /** JSON: role names by provider id. */
  idp_roles: string;
  version: number;
  created_at: number;
  updated_at: number;
  last_login_at: number | null;
}

interface IdentitiesTable {
  issuer: string;
  subject: string;
  provider: string;
  user_id: string;
}

interface GroupsTable {
  id: string;
  name: string;
  created_at: number;
}

interface MembershipsTable {
  user_id: string;
  group_id: string;
  source: string;
  granted_at: number;
}

interface AuditTable {
  seq: Generated<number>;
  at: number;
  type: string;
  user_id: string | null;
  user_key: string | null;
  reference: string | null;
  event: string;
  personal: string | null;
  personal_digest: string | null;
  digest: string | null;
}

interface ChangeLogTable {
  seq: Generated<number>;
  user_id: string;
}

interface ProcessesTable {
  id: string;
  beat: number;
}

interface MigrationsTable {
  name: string;
  applied_at: number;
}

interface SamplesTable {
  name: string;
  at: number;
  value: number;
}
