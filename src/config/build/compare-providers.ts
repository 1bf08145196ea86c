import type { Report } from '../problems.ts';
import type { ProviderConfig } from '../types.ts';

/** A provider that was built, with the report of its file. */
export interface BuiltProvider {
  readonly provider: ProviderConfig;
  readonly report: Report;
}

/**
 * Two files for one identity provider would make its people's origin a matter of chance: the same issuer with the same
 * client (OIDC), the same entity id or the same metadata (SAML).
 */
export function compareProviders(built: readonly BuiltProvider[]): void {
  const seen = new Map<string, string>();
  const domains = new Map<string, string>();
  for (const { provider, report } of built) {
    const { mark, key, what } = markOf(provider);
    const earlier = seen.get(mark);
    if (earlier === undefined) seen.set(mark, provider.id);
    else
      report.problem(
        key,
        `${earlier}.yaml has the same ${what}; expected one file for each identity provider`,
      );
    for (const domain of provider.domains) {
      const owner = domains.get(domain);
      if (owner === undefined) domains.set(domain, provider.id);
      else
        report.problem('domains', `${owner}.yaml has ${domain} too; expected one provider for each domain`);
    }
  }
}

function markOf(provider: ProviderConfig): { mark: string; key: string; what: string } {
  if (provider.protocol === 'oidc') {
    const mark = JSON.stringify(['oidc', provider.issuer, provider.clientId]);
    return { mark, key: 'clientId', what: 'issuer and client id' };
  }
  const { idp } = provider;
  if (idp.from === 'inline' || idp.entityId !== undefined) {
    const key = idp.from === 'inline' ? 'idp.entityId' : 'metadata.entityId';
    return { mark: JSON.stringify(['saml', idp.entityId]), key, what: 'identity provider (entity id)' };
  }
  const source = idp.from === 'file' ? idp.path : idp.url;
  return { mark: JSON.stringify(['metadata', source]), key: 'metadata', what: 'metadata' };
}
