import { randomBytes } from 'node:crypto';
import { isAbsolute } from 'node:path';
import type { Log } from '../identity/index.ts';
import { Failure, silentLog } from '../identity/index.ts';
import type { ApiTokenStore } from './api-token-types.ts';
import { createApiTokens } from './api-tokens.ts';
import { createAuditTrail } from './audit-trail.ts';
import { createAuditLog } from './audit-log.ts';
import { createCommitLogin } from './commit-login.ts';
import type { AuditTrail } from './audit-types.ts';
import type { ConsoleStore, LoginTraceStore } from './console-types.ts';
import type { Auditing, Connection } from './database.ts';
import { createDatabase } from './database.ts';
import { createErase } from './erase.ts';
import { createGroups } from './groups.ts';
import { createIdpMetadata, type IdpMetadataStore } from './idp-metadata.ts';
import { createLoginTraces } from './login-traces.ts';
import { newestMigration } from './migrations/index.ts';
import type { OwnKeyStore } from './own-key-types.ts';
import { createOwnKeys } from './own-keys.ts';
import { createPeopleSearch } from './people-search.ts';
import { connectPostgres, migratePostgres } from './postgres.ts';
import { connectSqlite, migrateSqlite } from './sqlite.ts';
import { settlingDatabase, settlingLogins } from './settling.ts';
import { createReports } from './reports.ts';
import { createFindProvisioned } from './scim-provisioned.ts';
import { createScimStore } from './scim-store.ts';
import type { ScimActivityStore, ScimTokenStore } from './scim-token-types.ts';
import { createScimActivity, createScimTokens } from './scim-tokens.ts';
import type { ScimStore } from './scim-types.ts';
import { createRoster, type Roster } from './roster.ts';
import { createStanding } from './standing.ts';
import { markOf } from './transfer/transfer.ts';
import { trimChangeLog } from './trim-change-log.ts';
import type { AuditLog, AuditRecord, Directory, LoginStore } from './types.ts';
import { createLastClaims } from './last-claims.ts';
import { createLinks, type LinkStore } from './links.ts';
import { createRules } from './rules.ts';
import type { LastClaimsStore, RulesStore } from './rules-types.ts';
import { createUsers } from './users.ts';
import { uuidv7 } from './uuid.ts';

export interface DirectoryOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log?: Log;
  /** Random bytes for ids; node:crypto's unless a test wants others. */
  readonly random?: (size: number) => Uint8Array;
  /** Masks and logs the events that are stored together with a change; audit's relay. */
  readonly auditing?: Auditing;
}

/** The directory, and what jit and audit ask of it. `E` is audit's event type. */
export type OpenDirectory<E extends AuditRecord> = Directory &
  LoginStore &
  LinkStore &
  LastClaimsStore &
  RulesStore &
  AuditLog<E> &
  ConsoleStore &
  AuditTrail &
  LoginTraceStore & {
    /** The gateway's own key pairs. */
    ownKeys<U extends string>(): OwnKeyStore<U>;
    readonly apiTokens: ApiTokenStore;
    /** The gateways that run on it. */
    readonly gateways: Roster;
    /** The last good SAML metadata of each provider. */
    readonly idpMetadata: IdpMetadataStore;
    /** What provisioning clients wrote, by what they prove themselves, and what they did lately. */
    readonly scim: ScimStore & { readonly tokens: ScimTokenStore; readonly activity: ScimActivityStore };
  };

/**
 * Opens `sqlite:/absolute/path` (created when it does not exist, readable by its owner only) or `postgres://…`, and
 * brings its tables forward. Several processes may do so at once.
 *
 * @throws Failure `store_unavailable` when the database cannot be reached or read; `internal` (`directory.newer`) when a
 *   newer version of Doorward wrote it; `internal` (`directory.url`) for an address of another kind.
 */
export async function openDirectory<E extends AuditRecord>(
  url: string,
  options: DirectoryOptions,
): Promise<OpenDirectory<E>> {
  const { now, log = silentLog, random = randomBytes, auditing } = options;
  const { connection, applied } = await connect(url, now(), log);
  if (applied.length > 0) log.info({ applied }, 'The directory has been brought up to date.');
  await refuseHalfMoved(connection);
  const unsettled = createDatabase(connection, auditing);
  const database = settlingDatabase(unsettled, connection.feed);
  const newId = (at: number) => uuidv7(at, random);
  const trimming = trimChangeLog(unsettled, log);
  return {
    ...createUsers(database),
    ...createLinks(database, newId),
    ...createStanding(database, now),
    ...createGroups(database, newId),
    searchPeople: createPeopleSearch(database),
    ...createReports(unsettled),
    eraseUser: createErase(database),
    ...createAuditLog<E>(unsettled),
    ...createAuditTrail(unsettled),
    ...createLoginTraces(unsettled),
    ...createLastClaims(unsettled),
    ...createRules(unsettled),
    commitLogin: settlingLogins(createCommitLogin(unsettled, newId), connection.feed),
    findProvisioned: createFindProvisioned(unsettled),
    scim: {
      ...createScimStore(unsettled, newId, () => connection.feed.settled()),
      tokens: createScimTokens(unsettled, connection.feed),
      activity: createScimActivity(unsettled),
    },
    ownKeys: () => createOwnKeys(unsettled),
    apiTokens: createApiTokens(database),
    gateways: createRoster(unsettled),
    idpMetadata: createIdpMetadata(unsettled),
    freshness: connection.feed,
    async ping() {
      await database.read((db) => db.selectFrom('migrations').select('name').limit(1).execute());
    },
    async close() {
      trimming.stop();
      await database.close();
    },
  };
}

/** A target that `doorward migrate` has not finished would make new users of people whom it does not know yet. */
async function refuseHalfMoved(connection: Connection): Promise<void> {
  const side = { kind: connection.dialect.kind, db: connection.db };
  const source = await markOf(side).catch(() => undefined);
  if (source === undefined) return;
  await connection.close();
  const cause = new Error(
    `The directory is being moved here from ${source}: finish "doorward migrate" first.`,
  );
  throw new Failure('internal', { detail: 'directory.half_moved', cause });
}

/**
 * Brings the tables of the database forward and closes it again, for `doorward migrate`. Answers the names of the steps
 * that were missing, and of the step the tables are at now. Fails as {@link openDirectory} does.
 */
export async function migrate(
  url: string,
  options: Pick<DirectoryOptions, 'now' | 'log'> = { now: Date.now },
): Promise<{ applied: readonly string[]; version: string }> {
  const { connection, applied } = await connect(url, options.now(), options.log ?? silentLog);
  await connection.close();
  return { applied, version: newestMigration };
}

async function connect(
  url: string,
  now: number,
  log: Log,
): Promise<{ connection: Connection; applied: readonly string[] }> {
  try {
    if (/^postgres(ql)?:\/\//.test(url)) {
      const applied = await migratePostgres(url, now);
      return { connection: connectPostgres(url, log), applied };
    }
    const path = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : '';
    if (!isAbsolute(path)) throw new Failure('internal', { detail: 'directory.url' });
    const { raw, applied } = await migrateSqlite(path, now);
    return { connection: connectSqlite(path, raw), applied };
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('store_unavailable', { detail: 'directory.open', cause: error });
  }
}
