import type { ProviderConfig } from '../config/index.ts';
import type { IdentityAssertion, Log } from '../identity/index.ts';
import type { Claims } from './groups-claim.ts';
import { createGroupsCompletion } from './groups/index.ts';
import { readCapturedOidc } from './oidc/captured.ts';
import { readCapturedSaml } from './saml/captured.ts';

/** What a captured answer would mean, with nothing verified. */
export interface Captured {
  readonly assertion: IdentityAssertion;
  /** What was found but could not be used, by label and name; never a value. */
  readonly problems: readonly string[];
  /** Something like a signature was there. It was not checked in any case. */
  readonly signed: boolean;
  /** What was read, as the look-up of groups takes it. */
  readonly claims: Claims;
}

/**
 * Asks for the groups of a captured answer as a login would, by the credentials of the file; a token of the person, where the
 * file asks by that, is not at hand. Never rejects: a look-up that fails is part of the answer, and in the log.
 */
export function lookUpCaptured(
  config: ProviderConfig,
  { assertion, claims }: Captured,
  deps: { readonly fetch: typeof globalThis.fetch; readonly now: () => number; readonly log: Log },
): Promise<IdentityAssertion> {
  return createGroupsCompletion(config, deps)(assertion, { claims });
}

/**
 * Reads a captured ID token, claims (JSON) or SAML response as the provider's file would have it understood. It verifies
 * **nothing**: only `doorward explain` may use it, and nobody is let in by what it gives.
 *
 * @throws Failure `login_rejected` when the text cannot be read
 */
export function readCaptured(config: ProviderConfig, text: string): Captured {
  return config.protocol === 'oidc' ? readCapturedOidc(text, config) : readCapturedSaml(text, config);
}
