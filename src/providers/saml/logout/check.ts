import { maxAssertionAge } from '../limits.ts';
import { rejected } from '../rejected.ts';
import { instant } from '../xml/time.ts';

/** What a verified message must fit: our side of the exchange. */
export interface ExpectedLogout {
  readonly idpEntityId: string;
  /** Our SLO address. */
  readonly sloUrl: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly clockTolerance: number;
}

interface Dated {
  readonly issuer: string | undefined;
  readonly destination: string | undefined;
  readonly issueInstant: string | undefined;
  readonly notOnOrAfter?: string | undefined;
}

/**
 * From this identity provider, to this address, made just now (saml-core 3.2.1, 3.2.2, 3.7.1; a signed message must name
 * its destination: saml-bindings 3.4.5.2, 3.5.5.2).
 *
 * @returns when it was issued, and from when on it is refused; milliseconds since the epoch
 * @throws Failure `login_rejected`: `saml.logout.*`
 */
export function checkLogoutMessage(
  message: Dated,
  expected: ExpectedLogout,
): { readonly issuedAt: number; readonly usableUntil: number } {
  const { now, clockTolerance } = expected;
  if (message.issuer !== expected.idpEntityId) throw rejected('logout.issuer');
  if (message.destination !== expected.sloUrl) throw rejected('logout.destination');
  if (message.issueInstant === undefined) throw rejected('logout.no_instant');
  const issuedAt = instant(message.issueInstant, 'logout');
  if (issuedAt - now > clockTolerance) throw rejected('logout.from_the_future');
  const until = Math.min(
    instant(message.notOnOrAfter, 'logout') ?? Number.POSITIVE_INFINITY,
    issuedAt + maxAssertionAge,
  );
  if (now - until >= clockTolerance) throw rejected('logout.expired');
  return { issuedAt, usableUntil: until + clockTolerance };
}
