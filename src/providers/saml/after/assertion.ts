import { rejected } from '../rejected.ts';
import type { SeenAssertion } from '../types.ts';
import { instant } from '../xml/time.ts';
import type { Expected } from './expected.ts';

/** The assertion itself: version, ID, the right issuer, and made for this moment. */
export function checkAssertion(
  assertion: SeenAssertion,
  expected: Expected,
  maxAge: number,
): { readonly id: string; readonly issuedAt: number } {
  if (assertion.version !== '2.0') throw rejected('assertion.version');
  if (assertion.id === undefined || assertion.id === '') throw rejected('assertion.no_id');
  if (assertion.issuer !== expected.idpEntityId) throw rejected('assertion.issuer');
  if (assertion.issueInstant === undefined) throw rejected('assertion.no_issue_instant');
  const issuedAt = instant(assertion.issueInstant, 'assertion');
  if (issuedAt - expected.now > expected.clockTolerance) throw rejected('assertion.from_the_future');
  if (expected.now - issuedAt >= maxAge + expected.clockTolerance) throw rejected('assertion.too_old');
  return { id: assertion.id, issuedAt };
}
