import type { Invalidations } from '../invalidation.ts';
import type { Freshness } from '../types.ts';

/**
 * Redis has no cheap exact question like SQLite's data_version, and there is no channel that tells of other processes'
 * changes: so nothing cached is trusted, the store is asked each time. Own changes are told all the same.
 */
export function redisFreshness(invalidations: Invalidations): Freshness {
  return {
    check: () => 'ask',
    onInvalidated: (listener) => invalidations.listen(listener),
  };
}
