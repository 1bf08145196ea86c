import { randomBytes } from 'node:crypto';
import type { Config, ProviderConfig } from '../config/index.ts';
import type { Log } from '../identity/index.ts';
import { createScim, type Scim, type ScimAnswered, type ScimProvider } from '../scim/index.ts';
import { clientAddress, trustedProxies } from '../web/index.ts';
import type { Stores } from './stores.ts';

/** The providers that also provision by SCIM, by id. */
export function scimProviders(config: Pick<Config, 'providers'>): ReadonlyMap<string, ScimProvider> {
  const provisions = (provider: ProviderConfig): provider is ProviderConfig & ScimProvider =>
    provider.scim !== undefined;
  return new Map(config.providers.filter(provisions).map((provider) => [provider.id, provider]));
}

/** The SCIM service of one configuration. */
export function scimOf(
  config: Config,
  deps: {
    readonly stores: Stores;
    readonly onAnswered: ScimAnswered;
    readonly now: () => number;
    readonly log: Log;
  },
): Scim {
  const { directory, sessions, endings, audit } = deps.stores;
  const isTrusted = trustedProxies(config.trustedProxies);
  return createScim({
    baseUrl: config.baseUrl,
    providers: scimProviders(config),
    store: directory.scim,
    freshness: directory.freshness,
    endings,
    audit,
    transient: sessions.transient,
    random: randomBytes,
    addressOf(req) {
      const forwarded = req.headers['x-forwarded-for'];
      const chain = Array.isArray(forwarded) ? forwarded.join(',') : forwarded;
      return clientAddress(req.socket.remoteAddress, chain, isTrusted);
    },
    onAnswered: deps.onAnswered,
    now: deps.now,
    log: deps.log,
  });
}
