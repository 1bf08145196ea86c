/**
 * after: is the verified document meant for us, now, for this request? Read from what the signature covers and from
 * nowhere else; each file one part of the document. No XML is touched here any more.
 *
 *   Seen… ─▶ response ─▶ assertion ─▶ conditions ─▶ subject ─▶ statement ─▶ attributes ─▶ VerifiedLogin
 */
import { maxAssertionAge } from '../limits.ts';
import type { SeenAssertion, SeenNameId, SeenResponse } from '../types.ts';
import { checkAssertion } from './assertion.ts';
import { attributeMap } from './attributes.ts';
import { checkConditions } from './conditions.ts';
import type { Expected } from './expected.ts';
import { checkResponse } from './response.ts';
import { checkStatement, type Authentication } from './statement.ts';
import { checkSubject } from './subject.ts';

export type { Expected } from './expected.ts';
export { checkResponse } from './response.ts';

/** A login that fits in every point. */
export interface VerifiedLogin {
  readonly assertionId: string;
  /** `IssueInstant` of the assertion, milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly issuer: string;
  readonly nameId: SeenNameId;
  readonly authentication: Authentication;
  readonly attributes: ReadonlyMap<string, readonly string[]>;
  /** From then on the assertion is refused as expired, so that a replay record need not be kept longer. */
  readonly usableUntil: number;
  /** How far the IdP's clock seems ahead of ours (negative: behind), milliseconds, the way of the message included. */
  readonly measuredSkew: number;
}

/** @throws Failure `login_rejected` with the label of the first point that does not fit */
export function checkLogin(
  response: SeenResponse,
  assertion: SeenAssertion,
  expected: Expected,
): VerifiedLogin {
  checkResponse(response, expected);
  const { id, issuedAt } = checkAssertion(assertion, expected, maxAssertionAge);
  checkConditions(assertion, expected);
  const { nameId, confirmedUntil } = checkSubject(assertion, response, expected);
  return {
    assertionId: id,
    issuedAt,
    issuer: expected.idpEntityId,
    nameId,
    authentication: checkStatement(assertion, expected),
    attributes: attributeMap(assertion),
    usableUntil: Math.min(confirmedUntil, issuedAt + maxAssertionAge) + expected.clockTolerance,
    measuredSkew: issuedAt - expected.now,
  };
}
