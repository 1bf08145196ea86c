import type { IdentityAssertion } from '../identity/index.ts';
import { Failure } from '../identity/index.ts';
import { decide } from './decide.ts';
import type { JitPolicy, JitStore, LoginOutcome, LoginRecorder } from './types.ts';

/** Conflicts come from logins of the same person at the same moment; each try sees what the other one wrote. */
const attempts = 8;

/**
 * Decides and applies one login: reads the user, decides, commits the plan in one transaction; on a conflict reads again
 * and decides again. Two first logins at once make one user.
 *
 * @param record builds the audit events that are stored together with the change
 * @throws Failure `store_unavailable` when the store fails, or when the conflicts do not end.
 */
export async function login<Event>(
  store: JitStore<Event>,
  assertion: IdentityAssertion,
  policy: JitPolicy,
  now: () => number,
  record?: LoginRecorder<Event>,
): Promise<LoginOutcome> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const user = await store.findByIdentity({ issuer: assertion.issuer, subject: assertion.subject });
    const decision = decide(assertion, user, policy, now());
    if (decision.kind === 'refuse') return { kind: 'refused', reason: decision.reason, user };
    const result = await store.commitLogin(decision, record);
    if (result.kind === 'committed') return { ...result, kind: 'admitted' };
  }
  throw new Failure('store_unavailable', { detail: 'jit.conflict' });
}
