import type { IdentityAssertion, User } from '../identity/index.ts';
import { emailDomain } from '../identity/index.ts';
import type { JitPolicy, LinkQuery, ProvisionedQuery } from './types.ts';

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
    const trusted = trustedEmail({ email, emailVerified }, policy);
    return trusted === undefined ? [] : [{ by, value: trusted }];
  });
  return { provider: policy.id, match };
}

/**
 * By what a first login may belong to somebody an administrator added, or who is known by another provider. Never by an
 * address alone that anybody could have written: it must be verified, and of a domain that the provider's file admits.
 */
export function linkQuery(assertion: IdentityAssertion, policy: JitPolicy): LinkQuery {
  return {
    provider: policy.id,
    subject: assertion.subject,
    email: trustedEmail(assertion, policy),
    byVerifiedEmail: policy.jit.linkBy === 'verifiedEmail',
    externalId: sharedId(assertion, policy),
  };
}

/**
 * The id by which a person is one and the same at several providers: only where the file links by it, and only of somebody
 * with a verified address of a domain that the file admits.
 */
export function sharedId(assertion: IdentityAssertion, policy: JitPolicy): string | undefined {
  if (policy.jit.linkBy !== 'externalId' || trustedEmail(assertion, policy) === undefined) return undefined;
  return assertion.externalId;
}

/**
 * Those of the found whom a rule of linking may give another identity: somebody who has not signed in yet, whom an
 * administrator added, or somebody with a verified address of a domain that this provider *and* all providers they come by
 * are trusted for. An address at any other provider may be whatever somebody wrote there to be found by it.
 */
export function linkable(found: readonly User[], policy: JitPolicy): readonly User[] {
  return found.filter(({ identities, profile }) => {
    if (identities.length === 0) return true;
    const domain = trustedEmail(profile, policy) === undefined ? undefined : emailDomain(profile.email ?? '');
    if (domain === undefined) return false;
    const trusted =
      (policy.jit.linkTo && Object.hasOwn(policy.jit.linkTo, domain) && policy.jit.linkTo[domain]) || [];
    return identities.every(({ provider }) => provider === policy.id || trusted.includes(provider));
  });
}

function trustedEmail(
  { email, emailVerified }: { readonly email?: string | undefined; readonly emailVerified: boolean },
  policy: JitPolicy,
): string | undefined {
  const isTrusted =
    emailVerified && email !== undefined && policy.admit.emailDomains.includes(emailDomain(email) ?? '');
  return isTrusted ? email : undefined;
}
