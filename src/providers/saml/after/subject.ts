import { Failure } from '../../../identity/index.ts';
import { rejected } from '../rejected.ts';
import type { SeenAssertion, SeenConfirmation, SeenNameId, SeenResponse } from '../types.ts';
import { bearer } from '../xml/names.ts';
import { instant } from '../xml/time.ts';
import type { Expected } from './expected.ts';
import { checkWindow } from './window.ts';

/**
 * The subject and who may present it (saml-profiles 4.1.4.2): a NameID, and a bearer confirmation for this ACS that has
 * not run out and that belongs to our request. Returns when that confirmation ends.
 */
export function checkSubject(
  assertion: SeenAssertion,
  response: SeenResponse,
  expected: Expected,
): { readonly nameId: SeenNameId; readonly confirmedUntil: number } {
  const { nameId } = assertion;
  if (nameId === undefined || nameId.value.trim() === '') throw rejected('subject.no_name_id');
  // The same name may be somebody else's at another service provider (saml-core 2.2.2).
  const madeFor = nameId.spNameQualifier;
  if (madeFor !== undefined && madeFor !== expected.spEntityId) throw rejected('subject.sp_name_qualifier');
  const bearers = assertion.confirmations.filter((confirmation) => confirmation.method === bearer);
  if (bearers.length === 0) throw rejected('subject.no_bearer_confirmation');
  let reason: unknown;
  for (const confirmation of bearers) {
    try {
      return { nameId, confirmedUntil: checkConfirmation(confirmation, response, expected) };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      reason ??= error;
    }
  }
  throw reason;
}

function checkConfirmation(
  confirmation: SeenConfirmation,
  response: SeenResponse,
  expected: Expected,
): number {
  if (confirmation.recipient === undefined) throw rejected('subject.no_recipient');
  if (confirmation.recipient !== expected.acsUrl) throw rejected('subject.recipient');
  if (confirmation.notOnOrAfter === undefined) throw rejected('subject.no_not_on_or_after');
  checkWindow(confirmation, 'subject', expected);
  checkRequest(confirmation, response, expected);
  return instant(confirmation.notOnOrAfter, 'subject');
}

/** InResponseTo must name our request, and a signature must cover at least one place where it does. */
function checkRequest(confirmation: SeenConfirmation, response: SeenResponse, expected: Expected): void {
  const { inResponseTo } = confirmation;
  if (inResponseTo !== undefined && inResponseTo !== expected.requestId)
    throw rejected('subject.in_response_to');
  const covered = inResponseTo ?? (response.signed ? response.inResponseTo : undefined);
  if (expected.requestId !== undefined && covered !== expected.requestId)
    throw rejected('subject.no_in_response_to');
}
