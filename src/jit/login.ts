import type { IdentityAssertion, User } from '../identity/index.ts';
import { Failure } from '../identity/index.ts';
import { decide } from './decide.ts';
import type { CreatePlan, JitPolicy, JitStore, LoginOutcome, SyncPlan } from './types.ts';

/** Conflicts come from logins of the same person at the same moment; each try sees what the other one wrote. */
const attempts = 8;

/**
 * Decides and applies one login: reads the user, decides, commits the plan in one transaction; on a conflict reads again
 * and decides again. Two first logins at once make one user.
 *
 * @throws Failure `store_unavailable` when the store fails, or when the conflicts do not end.
 */
export async function login(
  store: JitStore,
  assertion: IdentityAssertion,
  policy: JitPolicy,
  now: () => number,
): Promise<LoginOutcome> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const user = await store.findByIdentity({ issuer: assertion.issuer, subject: assertion.subject });
    const decision = decide(assertion, user, policy, now());
    if (decision.kind === 'refuse') return { kind: 'refused', reason: decision.reason, user };
    const result = await store.commitLogin(decision);
    if (result.kind === 'committed') return admitted(decision, result.user);
  }
  throw new Failure('store_unavailable', { detail: 'jit.conflict' });
}

function admitted(plan: CreatePlan | SyncPlan, user: User): LoginOutcome {
  const { source, add, remove } = plan.memberships;
  return {
    kind: 'admitted',
    user,
    created: plan.kind === 'create',
    added: add.map((group) => ({ group, source })),
    removed: remove.map((group) => ({ group, source })),
  };
}
