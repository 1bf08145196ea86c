import type { IdentityAssertion } from '../identity/index.ts';
import { Failure } from '../identity/index.ts';
import { decide } from './decide.ts';
import type { JitPolicy, JitStore, LoginOutcome, LoginRecorder } from './types.ts';

/** Conflicts come from logins and re-checks of the same person at the same moment. */
const attempts = 8;

/**
 * What the identity provider says of somebody who is signed in already: decided like a login, by the same rules, but nobody
 * is created or linked, and nothing is written where nothing changed.
 *
 * @param record builds the audit events that are stored together with the change
 * @throws Failure `store_unavailable` when the store fails, or when the conflicts do not end.
 */
export async function resync<Event>(
  store: JitStore<Event>,
  assertion: IdentityAssertion,
  policy: JitPolicy,
  now: () => number,
  record?: LoginRecorder<Event>,
): Promise<LoginOutcome> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const user = await store.findByIdentity({ issuer: assertion.issuer, subject: assertion.subject });
    if (user === undefined) return { kind: 'refused', reason: 'not_provisioned', user };
    const decision = decide(assertion, user, policy, now());
    if (decision.kind === 'refuse') return { kind: 'refused', reason: decision.reason, user };
    if (decision.kind === 'sync' && !decision.changesUser) {
      return { kind: 'admitted', user, created: false, added: [], removed: [], groupsCreated: [] };
    }
    const result = await store.commitLogin(decision, record);
    if (result.kind === 'committed') return { ...result, kind: 'admitted' };
  }
  throw new Failure('store_unavailable', { detail: 'jit.conflict' });
}
