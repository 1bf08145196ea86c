import { describe, expect, it } from '@jest/globals';
import { wantedGroups } from '../../../src/jit/reconcile.ts';

const rule = { map: [], unmapped: 'create' } as const;

describe('groups that somebody was asked for in vain', () => {
  it.each(['keep', 'remove', 'refuse'] as const)(
    'are kept or refused as the look-up says, whatever is said of missing claims (%s)',
    (whenMissing) => {
      const wanted = (onFailure: 'keep' | 'refuse', known: boolean) =>
        wantedGroups({ kind: 'overage', onFailure }, { ...rule, whenMissing }, known);
      expect(wanted('keep', true)).toBe('keep');
      expect(wanted('refuse', true)).toBe('groups_overage');
      // There is nothing to keep, and none would be a guess.
      expect(wanted('keep', false)).toBe('groups_overage');
      expect(wanted('refuse', false)).toBe('groups_overage');
    },
  );
});
