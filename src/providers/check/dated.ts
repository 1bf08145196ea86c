import { endsWithin, type Credential, type Ending } from '../../config/index.ts';
import { findingsOf, type Finding } from './finding.ts';

/** Those that no other check looks at: certificates of both sides have one of their own. */
const dated: ReadonlySet<Credential> = new Set([
  'client_secret',
  'lookup_secret',
  'federation',
  'our_decryption',
]);

/** Secrets whose date the file gives, and certificates of others, with 30, 14 and 3 days for a warning. */
export function checkDated(endings: readonly Ending[], now: number): Finding[] {
  return endings
    .filter(({ credential }) => dated.has(credential))
    .map((ending) => {
      const { ok, warn, fail } = findingsOf(ending.provider);
      const date = new Date(ending.endsAt).toISOString().slice(0, 10);
      const days = Math.floor((ending.endsAt - now) / 86_400_000);
      const within = endsWithin(ending, now);
      if (within === undefined) return ok('secret', `${ending.what} ends on ${date}, ${days} days from now.`);
      if (within === 0) return fail('secret', `${ending.what} ended on ${date}: replace it.`);
      const advice = within === 3 ? 'Replace it now.' : 'Plan the change.';
      return warn('secret', `${ending.what} ends on ${date}, ${days} days from now. ${advice}`);
    });
}
