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
import { gateways } from './0013-gateways.ts';
import { lastClaims } from './0014-last-claims.ts';
import { idpMetadata } from './0015-idp-metadata.ts';
import type { Migration } from './types.ts';

/**
 * Every step, in order. Gateways of the version before run on beside it while machines are upgraded one by one, so a step
 * *expands*: new tables, new columns that are nullable or have a default, new indexes, constraints that the version
 * before keeps already. What nobody needs any more is taken away (*contract*) by a step of a later release, whose name says so:
 * `0042-contract-old-column`; versions that do not know that step refuse to start. test/unit/directory/upgrade.test.ts checks both.
 */
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
  gateways,
  lastClaims,
  idpMetadata,
];

/** Name of the step that this version of Doorward needs. */
export const newestMigration = migrations.at(-1)?.name ?? '';

export { columnTypes } from './types.ts';
export type { Migration } from './types.ts';
