import { createHash } from 'node:crypto';
import { Failure } from '../../identity/index.ts';

/** What this room needs of the shared store: true for exactly one caller until the record expires. */
export interface OnceStore {
  addOnce(kind: string, key: string, ttl: number): Promise<boolean>;
}

/** Records outlast the assertion by this much, for clocks that jump. */
const margin = 5 * 60_000;

/**
 * One login for one assertion, from however many processes it is posted at once.
 * The key is a digest: an ID is whatever an identity provider likes, of any length.
 *
 * @throws Failure `replayed`, or `store_unavailable` when nobody can tell
 */
export async function useOnce(
  store: OnceStore,
  use: {
    readonly provider: string;
    readonly assertionId: string;
    readonly usableUntil: number;
    readonly now: number;
  },
): Promise<void> {
  const key = createHash('sha256')
    .update(JSON.stringify([use.provider, use.assertionId]))
    .digest('base64url');
  const ttl = Math.max(use.usableUntil - use.now, 0) + margin;
  if (!(await store.addOnce('saml-assertion', key, ttl)))
    throw new Failure('replayed', { detail: 'saml.replayed' });
}
