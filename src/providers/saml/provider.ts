import type passport from 'passport';
import type { SamlProviderConfig } from '../../config/index.ts';
import type { Log } from '../../identity/index.ts';
import { createGroupsCompletion } from '../groups/index.ts';
import type { LoginFlows, Provider } from '../types.ts';
import { createFirstLock, type FirstLock } from './first-lock/index.ts';
import { createEntityIdClaims, createIdp, type EntityIdClaims, type MetadataKeep } from './idp/index.ts';
import { createSamlLogouts, type SamlLogoutDeps } from './logout/index.ts';
import { providerKeys, type OwnSamlKeys } from './provider-keys.ts';
import type { OnceStore } from './replay.ts';
import { createSecondLock, type SecondLock } from './second-lock/index.ts';
import { spMetadata } from './sp-metadata.ts';
import { SamlStrategy } from './strategy.ts';

export interface SamlProviderDeps {
  /** Public origin, without a trailing slash. */
  readonly baseUrl: string;
  readonly prefix: string;
  readonly flows: LoginFlows;
  /** Where replay records are kept; shared by all processes. */
  readonly transient: OnceStore & Partial<SamlLogoutDeps['waiting']>;
  readonly now: () => number;
  readonly log: Log;
  /** Each lock has one pool for all SAML providers; without it the provider makes one of its own, and closes it. */
  readonly firstLock?: FirstLock;
  readonly secondLock?: SecondLock;
  /** Shared by all SAML providers: no two may speak for one identity provider. */
  readonly entityIds?: EntityIdClaims;
  /** Where the last good metadata outlive a restart. */
  readonly metadataKeep?: MetadataKeep | undefined;
  readonly fetch?: typeof globalThis.fetch;
  /** The gateway's own keys, for a file that names none. */
  readonly ownKeys?: () => Promise<OwnSamlKeys>;
}

/** A SAML identity provider, ready to be asked. Does no I/O: metadata is fetched when the first login needs it. */
export function createSamlProvider(config: SamlProviderConfig, deps: SamlProviderDeps): Provider {
  const acsUrl = `${deps.baseUrl}${deps.prefix}/acs/${config.id}`;
  const idp = createIdp(config, deps.entityIds ?? createEntityIdClaims(), {
    now: deps.now,
    log: deps.log,
    fetch: deps.fetch ?? globalThis.fetch,
    keep: deps.metadataKeep,
  });
  const firstLock = deps.firstLock ?? createFirstLock();
  const secondLock = deps.secondLock ?? createSecondLock();
  const keys = providerKeys(config, deps.ownKeys);
  const { put, take } = deps.transient;
  const sloUrl = `${deps.baseUrl}${deps.prefix}/slo/${config.id}`;
  const waiting = put === undefined || take === undefined ? undefined : { put, take };
  const logouts = waiting && createSamlLogouts({ config, sloUrl, idp, keys, waiting, now: deps.now });
  const strategy = new SamlStrategy({
    config,
    acsUrl,
    idp,
    flows: deps.flows,
    transient: deps.transient,
    firstLock,
    secondLock,
    keys,
    completeGroups: createGroupsCompletion(config, {
      fetch: deps.fetch ?? globalThis.fetch,
      now: deps.now,
      log: deps.log,
    }),
    now: deps.now,
    log: deps.log,
  });
  return {
    id: config.id,
    label: config.label,
    preset: config.preset,
    protocol: 'saml',
    // The same class but for the copy of express's types that passport-saml brings along.
    strategy: strategy as unknown as passport.Strategy,
    health: idp.health,
    start: idp.start,
    knownCertificates: () => idp.known()?.certificates ?? [],
    async metadata() {
      const { signingCertificates, encryptionCertificates } = await keys();
      return spMetadata({
        entityId: config.entityId,
        acsUrl,
        sloUrl: logouts && signingCertificates.length > 0 ? sloUrl : undefined,
        signingCertificates,
        encryptionCertificates,
        nameIdFormat: config.nameIdFormat,
        wantAssertionsSigned: config.wantSigned !== 'response',
      });
    },
    ...(logouts && { logouts, signOut: logouts.signOut, signOutOrigins: logouts.origins }),
    close: async () => {
      await idp.close();
      if (deps.firstLock === undefined) await firstLock.close();
      if (deps.secondLock === undefined) await secondLock.close();
    },
  };
}
