import { users } from './0001-users.ts';
import { groups } from './0002-groups.ts';
import { audit } from './0003-audit.ts';
import { changeLog } from './0004-change-log.ts';
import { scim } from './0005-scim.ts';
import { processes } from './0006-processes.ts';
import { peopleSearch } from './0007-people-search.ts';
import { ownKeys } from './0008-own-keys.ts';
import { apiTokens } from './0009-api-tokens.ts';
import { auditChain } from './0010-audit-chain.ts';
import { loginTraces } from './0011-login-traces.ts';
import { expected } from './0012-expected.ts';
import type { Migration } from './types.ts';

/** Every step, in order. */
export const migrations: readonly Migration[] = [
  users,
  groups,
  audit,
  changeLog,
  scim,
  processes,
  peopleSearch,
  ownKeys,
  apiTokens,
  auditChain,
  loginTraces,
  expected,
];

/** Name of the step that this version of Doorward needs. */
export const newestMigration = migrations.at(-1)?.name ?? '';

export { columnTypes } from './types.ts';
export type { Migration } from './types.ts';
