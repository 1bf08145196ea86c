import { rejected } from '../rejected.ts';
import type { SeenAssertion } from '../types.ts';
import type { Expected } from './expected.ts';
import { checkWindow } from './window.ts';

/** Conditions (saml-core 2.5.1): present, valid now, and every AudienceRestriction names us. */
export function checkConditions(assertion: SeenAssertion, expected: Expected): void {
  const { conditions } = assertion;
  if (conditions === undefined) throw rejected('conditions.missing');
  if (conditions.notBefore !== undefined && conditions.notOnOrAfter === undefined) {
    throw rejected('conditions.no_not_on_or_after');
  }
  checkWindow(conditions, 'conditions', expected);
  if (conditions.audiences.length === 0) throw rejected('audience.missing');
  if (!conditions.audiences.every((audiences) => audiences.includes(expected.spEntityId)))
    throw rejected('audience.other');
}
