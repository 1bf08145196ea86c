import type { IdentityAssertion } from '../identity/index.ts';
import { emailDomain } from '../identity/index.ts';
import type { JitPolicy, ProvisionedQuery } from './types.ts';

/**
 * By what somebody who signs in for the first time may be one of those whom the provider's SCIM client made before;
 * undefined where the provider has no SCIM. An address counts only when it is verified and of a domain that the
 * provider's file admits: anybody can write an address into a profile.
 */
export function provisionedQuery(
  assertion: IdentityAssertion,
  policy: JitPolicy,
): ProvisionedQuery | undefined {
  if (!policy.scim) return undefined;
  const { subject, userName, email, emailVerified } = assertion;
  const match = policy.scim.match.flatMap((by): ProvisionedQuery['match'] => {
    if (by === 'subject') return [{ by, value: subject }];
    if (by === 'userName') return [{ by, value: userName }];
    const isTrusted =
      emailVerified && email !== undefined && policy.admit.emailDomains.includes(emailDomain(email) ?? '');
    return isTrusted ? [{ by, value: email }] : [];
  });
  return { provider: policy.id, match };
}
