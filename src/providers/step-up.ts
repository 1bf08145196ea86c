import { Failure, type IdentityAssertion } from '../identity/index.ts';
import type { StepUpDemand } from './types.ts';

/**
 * The `max_age` to ask an identity provider for, in seconds (OpenID Connect Core 1.0, section 3.1.2.1): half of what the
 * rule allows, so that a sign-in the provider takes for recent enough is still so when the person is back, and a while after.
 */
export function askedMaxAge({ maxAge }: StepUpDemand): number | undefined {
  return maxAge === undefined ? undefined : Math.floor(maxAge / 2000);
}

/**
 * Checks that a login is what it was begun for: recent by the provider's own word, and of one of the contexts.
 * @throws Failure `step_up_failed`: nobody is sent in a circle by a provider that does not do as it is asked
 */
export function checkStepUp(
  assertion: Pick<IdentityAssertion, 'authenticatedAt' | 'authTimeStated' | 'acr'>,
  demand: StepUpDemand | undefined,
  now: number,
): void {
  if (demand === undefined) return;
  const { maxAge, acr } = demand;
  if (maxAge !== undefined) {
    if (assertion.authTimeStated !== true) throw failed('no_auth_time');
    if (now - assertion.authenticatedAt > maxAge) throw failed('not_recent');
  }
  if (acr.length > 0 && !acr.includes(assertion.acr ?? '')) throw failed('acr');
}

function failed(what: string): Failure {
  return new Failure('step_up_failed', { detail: `step_up.${what}` });
}
