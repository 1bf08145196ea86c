import type { OidcFile } from '../schema/oidc-file.ts';
import type { SamlFile } from '../schema/saml-file.ts';
import type { ScimConfig } from '../types.ts';
import type { BuildContext } from './gateway.ts';

type ProviderFile = Pick<OidcFile & SamlFile, 'scim' | 'admit'>;

/** Enough for any vendor's client (Entra asks for 25), and no more than one that runs wild should get. */
const usualRate = 500;

/** SCIM's part of a provider's file, defaults filled in. */
export function buildScim(file: ProviderFile, { report }: Pick<BuildContext, 'report'>): ScimConfig {
  const { match = ['subject'], groupsFrom = 'scim', onReturn = 'restore' } = file.scim ?? {};
  if (match.includes('email') && (file.admit?.emailDomains ?? []).length === 0) {
    report.problem(
      'scim.match',
      'email needs admit.emailDomains: the domains whose addresses this provider is trusted for',
    );
  }
  return {
    match: match as ScimConfig['match'],
    groupsFrom,
    onReturn,
    requestsPerSecond: file.scim?.requestsPerSecond ?? usualRate,
  };
}
