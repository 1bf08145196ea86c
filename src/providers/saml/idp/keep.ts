import { createHash } from 'node:crypto';
import type { SamlProviderConfig } from '../../../config/index.ts';
import type { IdpMetadata } from './metadata.ts';

/** Where the last good metadata outlive a restart; shared by all processes. Both reject when the store does not answer. */
export interface MetadataKeep {
  readMetadata(provider: string): Promise<KeptMetadata | undefined>;
  keepMetadata(kept: KeptMetadata): Promise<void>;
}

/** What is kept of one provider. */
export interface KeptMetadata {
  readonly provider: string;
  /** Digest of where they came from and who had to sign them: under another rule they are not used. */
  readonly source: string;
  /** When they were fetched, milliseconds since the epoch. */
  readonly fetchedAt: number;
  /** {@link IdpMetadata} as JSON: what was read, after its signature was checked. */
  readonly metadata: string;
}

/** Raised when {@link IdpMetadata} changes: what another version kept is fetched anew. */
const format = 1;

/** Names the source of a provider's metadata, with whatever the file demands of them. */
export function sourceDigest(idp: Extract<SamlProviderConfig['idp'], { from: 'url' }>): string {
  const parts = [format, idp.url, idp.entityId ?? null, idp.signedBy ?? null];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

export function toKept(
  provider: string,
  source: string,
  metadata: IdpMetadata,
  fetchedAt: number,
): KeptMetadata {
  return { provider, source, fetchedAt, metadata: JSON.stringify(metadata) };
}

/** What was kept, if it came from this very source; undefined also for what cannot be read any more. */
export function fromKept(kept: KeptMetadata | undefined, source: string): IdpMetadata | undefined {
  if (kept?.source !== source) return undefined;
  try {
    return readJson(JSON.parse(kept.metadata));
  } catch {
    return undefined;
  }
}

function readJson(value: unknown): IdpMetadata | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const { entityId, certificates, validUntil, cacheDuration } = fields;
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : undefined);
  if (typeof entityId !== 'string' || !Array.isArray(certificates)) return undefined;
  const pems = certificates.filter((each) => typeof each === 'string');
  if (pems.length === 0 || pems.length < certificates.length) return undefined;
  return {
    entityId,
    ssoRedirectUrl: text('ssoRedirectUrl'),
    ssoPostUrl: text('ssoPostUrl'),
    sloRedirectUrl: text('sloRedirectUrl'),
    sloPostUrl: text('sloPostUrl'),
    sloRedirectResponseUrl: text('sloRedirectResponseUrl'),
    sloPostResponseUrl: text('sloPostResponseUrl'),
    certificates: pems,
    validUntil: typeof validUntil === 'number' ? validUntil : undefined,
    cacheDuration: typeof cacheDuration === 'number' ? cacheDuration : undefined,
  };
}
