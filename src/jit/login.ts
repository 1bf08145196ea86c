import type { IdentityAssertion } from '../identity/index.ts';
import { Failure } from '../identity/index.ts';
import { decide } from './decide.ts';
import { linkable, linkQuery, provisionedQuery } from './provisioned.ts';
import type {
  CommittedLogin,
  JitPolicy,
  JitStore,
  LoginOutcome,
  LoginRecorder,
  ProvisionedQuery,
} from './types.ts';
import type { User } from '../identity/index.ts';

/** Conflicts come from logins of the same person at the same moment; each try sees what the other one wrote. */
const attempts = 8;

/**
 * Decides and applies one login: reads the user (at a first login also whom SCIM made), decides, commits the plan in one transaction; on a conflict reads again
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
    const query = user ? undefined : provisionedQuery(assertion, policy);
    const { people: provisioned } = user ? { people: [] } : await candidates(store, assertion, policy, query);
    const decision = decide(assertion, user, policy, now(), provisioned);
    if (decision.kind === 'refuse') {
      const [only] = provisioned;
      return {
        kind: 'refused',
        reason: decision.reason,
        user: user ?? (provisioned.length === 1 ? only : undefined),
      };
    }
    const isNobody = decision.kind === 'create' && query !== undefined && provisioned.length === 0;
    const plan = isNobody ? { ...decision, unlessProvisioned: query } : decision;
    const isUnmatched = decision.kind === 'create' && query !== undefined;
    const recorded =
      record && ((done: CommittedLogin) => record(isUnmatched ? { ...done, unmatched: true } : done));
    const result = await store.commitLogin(plan, recorded);
    if (result.kind === 'committed') return { ...result, kind: 'admitted' };
  }
  throw new Failure('store_unavailable', { detail: 'jit.conflict' });
}

/** People whom a first login may belong to, and by what they were found. */
export interface Candidates {
  readonly people: readonly User[];
  /** SCIM made them; an administrator expects them; or the file's rule of linking found them. */
  readonly by: 'scim' | 'expected' | 'link' | undefined;
}

/** Who this first login may belong to: those whom SCIM made, or else those whom the rules of linking find. Changes nothing. */
export async function candidates(
  store: Pick<JitStore<never>, 'findProvisioned' | 'findLinkable'>,
  assertion: IdentityAssertion,
  policy: JitPolicy,
  query: ProvisionedQuery | undefined = provisionedQuery(assertion, policy),
): Promise<Candidates> {
  const provisioned = (query && (await store.findProvisioned?.(query))) ?? [];
  if (provisioned.length > 0) return { people: provisioned, by: 'scim' };
  const found = linkable((await store.findLinkable?.(linkQuery(assertion, policy))) ?? [], policy);
  if (found.length === 0) return { people: [], by: undefined };
  return { people: found, by: found.some(({ identities }) => identities.length > 0) ? 'link' : 'expected' };
}
