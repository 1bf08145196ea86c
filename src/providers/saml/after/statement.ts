import { rejected } from '../rejected.ts';
import type { SeenAssertion } from '../types.ts';
import { instant } from '../xml/time.ts';
import type { Expected } from './expected.ts';

export interface Authentication {
  readonly at: number;
  readonly sessionIndex: string | undefined;
  readonly expiresAt: number | undefined;
  readonly classRef: string | undefined;
}

/** The AuthnStatement (saml-core 2.7.2): exactly one, not from the future, young enough, its session not over. */
export function checkStatement(assertion: SeenAssertion, expected: Expected): Authentication {
  const [statement, ...more] = assertion.statements;
  if (statement === undefined) throw rejected('authentication.missing');
  if (more.length > 0) throw rejected('authentication.several');
  if (statement.authnInstant === undefined) throw rejected('authentication.no_instant');
  const at = instant(statement.authnInstant, 'authentication');
  const { now, clockTolerance, maxAuthenticationAge } = expected;
  if (at - now > clockTolerance) throw rejected('authentication.from_the_future');
  if (maxAuthenticationAge !== undefined && now - at > maxAuthenticationAge + clockTolerance) {
    throw rejected('authentication.too_old');
  }
  const expiresAt = instant(statement.sessionNotOnOrAfter, 'authentication');
  if (expiresAt !== undefined && now - expiresAt >= clockTolerance)
    throw rejected('authentication.session_over');
  return { at, sessionIndex: statement.sessionIndex, expiresAt, classRef: statement.classRef };
}
