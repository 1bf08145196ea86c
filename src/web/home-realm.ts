import type { Config } from '../config/index.ts';
import { emailDomain } from '../identity/index.ts';

/** Which provider the people of an email domain sign in with. Goes by the domain alone: it never tells who has an account. */
export interface HomeRealms {
  /** Is there any domain to go by? Otherwise the login page has no email field. */
  readonly known: boolean;
  /** Id of the provider for an address, as somebody typed it. */
  find(address: unknown): string | undefined;
}

export function createHomeRealms(providers: Config['providers']): HomeRealms {
  const byDomain = new Map(
    providers.flatMap(({ id, domains }) => domains.map((domain) => [domain, id] as const)),
  );
  return {
    known: byDomain.size > 0,
    find(address) {
      if (typeof address !== 'string' || address.length > 320) return undefined;
      const domain = emailDomain(address.trim());
      return domain === undefined ? undefined : byDomain.get(domain);
    },
  };
}
