/**
 * idp: what we know of the identity provider, from its metadata or by hand; fetched when first needed and in the background,
 * kept when it is down and over a restart, fetched anew for a key that we do not know.
 *
 *   inline │ file │ URL ─▶ (signed-text.ts) ─▶ metadata.ts (libxml2; in a thread when large) ─▶ last-good.ts ─▶ IdpMetadata
 *                   URL ◀─ refresh-times.ts: when next                                             └──▶ keep.ts: over a restart
 */
import type { SamlProviderConfig } from '../../../config/index.ts';
import { Failure } from '../../../identity/index.ts';
import type { EntityIdClaims } from './claims.ts';
import type { IdpMetadata } from './metadata.ts';
import type { IdpSource, IdpSourceOptions } from './idp-source.ts';
import { createIdpSource } from './source.ts';

export { createEntityIdClaims, type EntityIdClaims } from './claims.ts';
export type { Fetch } from './download.ts';
export type { KeptMetadata, MetadataKeep } from './keep.ts';
export { parseIdpMetadata, type IdpMetadata } from './metadata.ts';
export type { IdpSource } from './idp-source.ts';

/** The identity provider of a file: its source, behind the rules on whom it may speak for and where it may send people. */
export function createIdp(
  config: Pick<SamlProviderConfig, 'id' | 'idp' | 'allowInsecure'>,
  claims: EntityIdClaims,
  options: Omit<IdpSourceOptions, 'provider'>,
): IdpSource {
  const { idp } = config;
  // In the order of the configuration where the entity id is known: who keeps it must not hang on who is asked first.
  if (idp.entityId !== undefined) claims.claim(idp.entityId, config.id);
  const source = createIdpSource(idp, { ...options, provider: config.id });
  return {
    ...source,
    async current() {
      const metadata = await source.current();
      const claim = claims.claim(metadata.entityId, config.id);
      if (claim !== 'kept') {
        throw new Failure('idp_unavailable', { detail: `saml.metadata.entity_id_${claim}` });
      }
      return withSafeEndpoints(metadata, config.allowInsecure);
    },
  };
}

/** A browser is sent to https, or to http where the file allows it; never to `javascript:` and the like. */
function withSafeEndpoints(metadata: IdpMetadata, allowInsecure: boolean): IdpMetadata {
  const safe = (url: string | undefined): string | undefined => {
    const protocol = url !== undefined && URL.canParse(url) ? new URL(url).protocol : '';
    return protocol === 'https:' || (allowInsecure && protocol === 'http:') ? url : undefined;
  };
  return {
    ...metadata,
    ssoRedirectUrl: safe(metadata.ssoRedirectUrl),
    ssoPostUrl: safe(metadata.ssoPostUrl),
    sloRedirectUrl: safe(metadata.sloRedirectUrl),
    sloPostUrl: safe(metadata.sloPostUrl),
    sloRedirectResponseUrl: safe(metadata.sloRedirectResponseUrl),
    sloPostResponseUrl: safe(metadata.sloPostResponseUrl),
  };
}
