import { randomUUID } from 'node:crypto';
import type { AuditEvent } from '../../src/audit/index.ts';
import type { OpenDirectory } from '../../src/directory/index.ts';
import type { IdentityKey, User } from '../../src/identity/index.ts';
import type { CreatePlan, MembershipChange, SyncPlan } from '../../src/jit/index.ts';

export type TestDirectory = OpenDirectory<AuditEvent>;

/** One kind of database, set up for the conformance suite. */
export interface DirectoryUnderTest {
  /** An empty database of its own. */
  createDatabase(): Promise<string>;
  /** Runs SQL beside the gateway, one statement a call. */
  run(url: string, sql: string): Promise<readonly unknown[]>;
  /** From now on the database itself refuses audit rows of the type `session.ended`. */
  breakAudit(url: string): Promise<void>;
  cleanUp(): Promise<void>;
}

/** An identity that nobody has yet. */
export function newIdentity(): IdentityKey {
  return { issuer: 'https://acme.okta.example', subject: randomUUID() };
}

/** Memberships of a login at Okta. */
export function loginGroups(add: readonly string[], remove: readonly string[] = []): MembershipChange {
  return { source: { kind: 'login', provider: 'okta' }, add, remove };
}

/** The plan of somebody's first login; say only what matters to the test. */
export function createPlan(overrides: Partial<CreatePlan> = {}): CreatePlan {
  return {
    kind: 'create',
    provider: 'okta',
    identity: newIdentity(),
    profile: {
      userName: 'ann@acme.example',
      email: 'ann@acme.example',
      emailVerified: true,
      displayName: 'Ann',
    },
    idpRoles: [],
    memberships: loginGroups([]),
    now: 1_000,
    ...overrides,
  };
}

/** The plan of a further login of this user. */
export function syncPlan(user: User, overrides: Partial<SyncPlan> = {}): SyncPlan {
  const [identity] = user.identities;
  if (!identity) throw new Error('the user has no identity');
  return {
    kind: 'sync',
    provider: identity.provider,
    identity: { issuer: identity.issuer, subject: identity.subject },
    profile: user.profile,
    idpRoles: [],
    memberships: loginGroups([]),
    now: 2_000,
    userId: user.id,
    expectedVersion: user.version,
    changesUser: true,
    ...overrides,
  };
}

/** Commits a plan that is expected to go through. */
export async function commit(directory: TestDirectory, plan: CreatePlan | SyncPlan): Promise<User> {
  const result = await directory.commitLogin(plan);
  if (result.kind === 'conflict') throw new Error('conflict');
  return result.user;
}
