import type { SamlProviderConfig } from '../../../config/index.ts';
import { fileSource } from './file-source.ts';
import type { IdpSource, IdpSourceOptions } from './idp-source.ts';
import type { IdpMetadata } from './metadata.ts';
import { urlSource } from './url-source.ts';

/** The source that the provider's file asks for. Nothing is read or fetched before it is needed, or started. */
export function createIdpSource(idp: SamlProviderConfig['idp'], options: IdpSourceOptions): IdpSource {
  if (idp.from === 'inline') return fixedSource(idp);
  return idp.from === 'file' ? fileSource(idp, options) : urlSource(idp, options);
}

function fixedSource(idp: Extract<SamlProviderConfig['idp'], { from: 'inline' }>): IdpSource {
  const metadata: IdpMetadata = {
    entityId: idp.entityId,
    ssoRedirectUrl: idp.ssoUrl,
    ssoPostUrl: undefined,
    sloRedirectUrl: idp.sloUrl,
    sloPostUrl: undefined,
    sloRedirectResponseUrl: undefined,
    sloPostResponseUrl: undefined,
    certificates: idp.certificates,
    validUntil: undefined,
    cacheDuration: undefined,
  };
  return {
    current: () => Promise.resolve(metadata),
    renew: () => Promise.resolve(false),
    known: () => metadata,
    health: () => ({ state: 'unknown', since: undefined }),
    start() {},
    close: () => Promise.resolve(),
  };
}
