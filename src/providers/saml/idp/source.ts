import { readFile, stat } from 'node:fs/promises';
import type { SamlProviderConfig } from '../../../config/index.ts';
import { Failure, type Log } from '../../../identity/index.ts';
import { metadataLimits } from '../limits.ts';
import { download, type Fetch } from './download.ts';
import { parseIdpMetadata, type IdpMetadata } from './metadata.ts';

/** What is known of the identity provider, fetched when first needed. */
export interface IdpSource {
  /** @throws Failure `idp_unavailable` when nothing usable is known and nothing can be had */
  current(): Promise<IdpMetadata>;
  /** Fetches anew, if the last attempt is a minute old; for a signature by a key that is not known yet. True: it changed. */
  renew(): Promise<boolean>;
  health(): { readonly state: 'unknown' | 'up' | 'down'; readonly since: number | undefined };
}

export interface IdpSourceOptions {
  readonly provider: string;
  readonly now: () => number;
  readonly log: Log;
  readonly fetch: Fetch;
}

/** How old a fetched document may grow before it is fetched anew, behind the logins' backs. */
const freshFor = 60 * 60_000;
/** After a failure the address is left alone for this long. */
const pause = 10_000;
/** {@link IdpSource.renew} asks at most this often. */
const renewalPause = 60_000;
const timeout = 5_000;

/** The source that the provider's file asks for. Nothing is read or fetched before it is needed. */
export function createIdpSource(idp: SamlProviderConfig['idp'], options: IdpSourceOptions): IdpSource {
  if (idp.from === 'inline') return fixedSource(idp);
  const load =
    idp.from === 'file'
      ? fileLoader(idp)
      : () => download(options.fetch, idp.url, timeout, metadataLimits.length);
  return loadedSource(async () => parseIdpMetadata(await load(), idp.entityId), {
    ...options,
    // A file is looked at each time: it costs a stat.
    freshFor: idp.from === 'file' ? 0 : freshFor,
  });
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
  };
  return {
    current: () => Promise.resolve(metadata),
    renew: () => Promise.resolve(false),
    health: () => ({ state: 'unknown', since: undefined }),
  };
}

/** Reads the file again only when it changed. */
function fileLoader(idp: { readonly path: string }): () => Promise<string> {
  let seen: { readonly changedAt: number; readonly text: string } | undefined;
  return async () => {
    const { mtimeMs } = await stat(idp.path);
    if (seen?.changedAt !== mtimeMs) seen = { changedAt: mtimeMs, text: await readFile(idp.path, 'utf8') };
    return seen.text;
  };
}

/** Keeps the last good document, and lets nobody wait for a new one while there is an old one that is still valid. */
function loadedSource(
  load: () => Promise<IdpMetadata>,
  options: IdpSourceOptions & { readonly freshFor: number },
): IdpSource {
  const { now, log, provider } = options;
  let good: { readonly metadata: IdpMetadata; readonly at: number } | undefined;
  let failed: { readonly at: number; readonly cause: unknown } | undefined;
  let health: ReturnType<IdpSource['health']> = { state: 'unknown', since: undefined };
  let attemptAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | undefined;

  const turn = (state: 'up' | 'down'): void => {
    if (health.state !== state) health = { state, since: now() };
  };
  const attempt = async (): Promise<void> => {
    attemptAt = now();
    try {
      good = { metadata: await load(), at: now() };
      failed = undefined;
      turn('up');
    } catch (cause) {
      failed = { at: now(), cause };
      turn('down');
      log.warn(
        { provider, err: cause, lastGood: good?.at },
        'metadata of the identity provider could not be loaded',
      );
    }
  };
  const refresh = (): Promise<void> => (loading ??= attempt().finally(() => (loading = undefined)));
  const usable = (): IdpMetadata | undefined => {
    const until = good?.metadata.validUntil;
    return until !== undefined && until <= now() ? undefined : good?.metadata;
  };

  return {
    async current() {
      const known = usable();
      const due = good === undefined || known === undefined || now() - good.at >= options.freshFor;
      const resting = failed !== undefined && now() - failed.at < pause;
      if (due && !resting) {
        const done = refresh();
        if (known === undefined || options.freshFor === 0) await done;
      }
      const metadata = usable();
      if (metadata !== undefined) return metadata;
      throw new Failure('idp_unavailable', { detail: 'saml.metadata.unavailable', cause: failed?.cause });
    },
    async renew() {
      if (now() - attemptAt < renewalPause) return false;
      const before = good?.metadata.certificates.join('\n');
      await refresh();
      return good !== undefined && good.metadata.certificates.join('\n') !== before;
    },
    health: () => health,
  };
}
