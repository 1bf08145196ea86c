import type { Config } from '../config/index.ts';
import type { Log } from '../identity/index.ts';
import type { TransientStore } from '../sessions/index.ts';
import type { ProviderContext } from './context.ts';
import { createLoginFlows } from './flows.ts';
import { createOidcProvider, issuersOf } from './oidc/index.ts';
import {
  createEntityIdClaims,
  createFirstLock,
  createSamlProvider,
  createSecondLock,
  type MetadataKeep,
  type SamlProviderDeps,
} from './saml/index.ts';
import type { Provider } from './types.ts';

/** What app.ts hands in. */
export interface ProviderDeps {
  /** Of the sessions database, shared by all processes. */
  readonly transient: Pick<TransientStore, 'put' | 'take' | 'addOnce'>;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The gateway's own SAML keys, for files that name none. */
  readonly samlKeys?: SamlProviderDeps['ownKeys'];
  /** Where the last good SAML metadata outlive a restart. */
  readonly metadataKeep?: MetadataKeep;
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * Builds every configured provider, by id, in the order of the configuration. Nothing is asked of any identity provider
 * yet: one that is down does not stop the start.
 */
export function createProviders(
  config: Pick<Config, 'baseUrl' | 'prefix' | 'login' | 'providers'> & Partial<Pick<Config, 'version'>>,
  deps: ProviderDeps,
): Map<string, Provider> {
  const { transient, log, now } = deps;
  const context: ProviderContext = {
    baseUrl: config.baseUrl,
    prefix: config.prefix,
    flows: createLoginFlows({
      store: transient,
      timeout: config.login.timeout,
      now,
      configVersion: config.version,
    }),
    transient,
    log,
    now,
    fetch: deps.fetch ?? globalThis.fetch,
  };
  const saml = config.providers.filter((provider) => provider.protocol === 'saml');
  // Each lock has one pool of workers for all of SAML; whoever is closed last closes them.
  const locks =
    saml.length > 0 ? { firstLock: createFirstLock(), secondLock: createSecondLock() } : undefined;
  const entityIds = createEntityIdClaims(
    config.providers.flatMap((file) => (file.protocol === 'oidc' ? issuersOf(file) : [])),
  );
  let open = saml.length;
  return new Map(
    config.providers.map((file): [string, Provider] => {
      if (file.protocol === 'oidc') return [file.id, createOidcProvider(file, context)];
      const provider = createSamlProvider(file, {
        ...context,
        entityIds,
        ...locks,
        ...(deps.samlKeys && { ownKeys: deps.samlKeys }),
        metadataKeep: deps.metadataKeep,
      });
      const close = async (): Promise<void> => {
        await provider.close();
        open -= 1;
        if (open === 0) await Promise.all([locks?.firstLock.close(), locks?.secondLock.close()]);
      };
      return [file.id, { ...provider, close }];
    }),
  );
}
