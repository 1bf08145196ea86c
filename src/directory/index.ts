/**
 * directory: users, their identities, groups and memberships, and the audit trail, in SQL.
 *
 * Owns the tables, their migrations and every statement on them, on SQLite and on PostgreSQL. It may not know what a
 * login decides, what an audit event means, or who asks; it keeps what it is given, whole or not at all. Every change to
 * a user raises their version by one and is written to the change log in the same transaction, with its audit records.
 *
 *   commitLogin, setDisabled … ─▶ transaction: users · identities · groups · memberships · audit · change_log
 *                                      │ commit
 *   snapshot ◀─ cache of the gate ◀─ freshness ◀─ own commits, and the change log for those of other processes
 */
export type * from './audit-types.ts';
export * from './console-types.ts';
export type { ApiToken, ApiTokenStore } from './api-token-types.ts';
export type { OwnKey, OwnKeyStore } from './own-key-types.ts';
export type { GatewayProcess, Roster } from './roster.ts';
export type { IdpMetadataStore } from './idp-metadata.ts';
export type { Expectation, LinkQuery, LinkStore } from './links.ts';
export type { Auditing } from './database.ts';
export { backupDirectory, restoreDirectory, type Inspected, type Restored } from './backup/index.ts';
export { migrate, openDirectory } from './open.ts';
export type { DirectoryOptions, OpenDirectory } from './open.ts';
export type * from './rules-types.ts';
export * from './scim-match.ts';
export * from './scim-token-types.ts';
export { changedToken } from './scim-tokens.ts';
export * from './scim-types.ts';
export * from './types.ts';
export { transferDirectory, withoutPassword, type TransferredTable } from './transfer/index.ts';
