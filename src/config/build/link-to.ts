import type { ProviderConfig } from '../types.ts';

/**
 * Adds to each provider that links whose people it may link to: for every domain it admits, the providers that admit that
 * domain too. They let nobody else in, so each of their people has an address of a domain they are trusted for; an address at any
 * other provider may be whatever somebody wrote there.
 */
export function withLinkTo(providers: readonly ProviderConfig[]): readonly ProviderConfig[] {
  return providers.map((provider) => {
    if ((provider.jit.linkBy ?? 'none') === 'none') return provider;
    const linkTo = Object.fromEntries(
      provider.admit.emailDomains.map((domain) => [
        domain,
        providers.filter(({ admit }) => admit.emailDomains.includes(domain)).map(({ id }) => id),
      ]),
    );
    return { ...provider, jit: { ...provider.jit, linkTo } };
  });
}
