import type { SamlProviderConfig } from '../../../config/index.ts';
import { download, federation, oneEntity } from './download.ts';
import { fromKept, sourceDigest, toKept } from './keep.ts';
import { createLastGood } from './last-good.ts';
import { readIdpMetadata } from './reader.ts';
import { firstPause, freshFor, pauseAfter, withJitter } from './refresh-times.ts';
import type { IdpSource, IdpSourceOptions } from './idp-source.ts';

/** {@link IdpSource.renew} asks at most this often. */
const renewalPause = 60_000;

/**
 * Metadata at a URL. Nobody waits for a new document while there is an old one that is still valid; what was good outlives
 * a restart in the keep; in the background it is fetched when it is due, and again after longer and longer pauses while it
 * cannot be had.
 */
export function urlSource(
  idp: Extract<SamlProviderConfig['idp'], { from: 'url' }>,
  options: IdpSourceOptions,
): IdpSource {
  const { provider, now, log, fetch, keep, random = Math.random, schedule = timer } = options;
  const limits = idp.signedBy === undefined ? oneEntity : federation;
  const source = sourceDigest(idp);
  let etag: string | undefined;
  let cancel: (() => void) | undefined;
  let closed = false;
  let keeping = Promise.resolve();

  const state = createLastGood({
    provider,
    now,
    log,
    async load() {
      const document = await download(fetch, idp.url, limits, etag);
      if (document === 'unchanged') return document;
      const metadata = await readIdpMetadata(document.text, idp);
      etag = document.etag;
      return metadata;
    },
    onLoaded({ metadata, at }, changed) {
      if (!changed || keep === undefined) return;
      keeping = keep
        .keepMetadata(toKept(provider, source, metadata, at))
        .catch((error: unknown) =>
          log.warn({ provider, err: error }, 'metadata of the identity provider could not be kept'),
        );
    },
  });

  let recalling: Promise<void> | undefined;
  /** Once, before the first attempt. Never rejects: a store that does not answer has nothing. */
  const recall = (): Promise<void> =>
    (recalling ??= (async () => {
      try {
        const kept = await keep?.readMetadata(provider);
        const metadata = fromKept(kept, source);
        if (kept === undefined || metadata === undefined) return;
        // A clock that ran ahead must not make it fresh for ever.
        state.recall({ metadata, at: Math.min(kept.fetchedAt, now()) });
      } catch (error) {
        log.warn({ provider, err: error }, 'kept metadata of the identity provider could not be read');
      }
    })());

  const dueAt = (): number => {
    if (state.failures > 0) return state.attemptAt + pauseAfter(state.failures);
    return state.good === undefined ? now() : state.good.at + freshFor(state.good.metadata, state.good.at);
  };

  /** Waits until it is due, fetches, and goes on so until it is closed. */
  function goOn(): void {
    if (closed) return;
    const delay = withJitter(Math.max(dueAt() - now(), 0), random());
    cancel = schedule(() => void state.refresh().then(goOn), delay);
  }

  return {
    async current() {
      await recall();
      const isUsable = state.usable() !== undefined;
      // Somebody waits for what is not there at all: asked for sooner than in the background.
      const due = isUsable || state.failures === 0 ? dueAt() : state.attemptAt + firstPause;
      if (now() >= due || (!isUsable && state.failures === 0)) {
        const done = state.refresh();
        if (!isUsable) await done;
      }
      return state.required();
    },
    async renew() {
      if (now() - state.attemptAt < renewalPause) return false;
      const before = state.good?.metadata.certificates.join('\n');
      await state.refresh();
      return state.good?.metadata.certificates.join('\n') !== before;
    },
    known: () => state.good?.metadata,
    health: state.health,
    start: () => void recall().then(goOn),
    async close() {
      closed = true;
      cancel?.();
      await keeping;
    },
  };
}

function timer(work: () => void, delay: number): () => void {
  const timeout = setTimeout(work, delay).unref();
  return () => clearTimeout(timeout);
}
