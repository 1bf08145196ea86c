import { Failure, type Log } from '../../../identity/index.ts';
import type { IdpMetadata } from './metadata.ts';

/** Metadata, and when they were had. */
export interface Good {
  readonly metadata: IdpMetadata;
  readonly at: number;
}

/** The last good metadata, the attempts at newer ones, and what follows from both. */
export interface LastGood {
  readonly good: Good | undefined;
  /** Failures since the last success. */
  readonly failures: number;
  /** Of the last attempt; minus infinity before the first. */
  readonly attemptAt: number;
  /** Tries to load; whoever asks while that is under way waits for the same attempt. Never rejects. */
  refresh(): Promise<void>;
  /** Takes over what an earlier process had. */
  recall(good: Good): void;
  /** Undefined also for what is past its `validUntil`. */
  usable(): IdpMetadata | undefined;
  /** @throws Failure `idp_unavailable` (`saml.metadata.expired`, `saml.metadata.unavailable`) */
  required(): IdpMetadata;
  health(): { readonly state: 'unknown' | 'up' | 'down'; readonly since: number | undefined };
}

export interface LastGoodOptions {
  readonly provider: string;
  readonly now: () => number;
  readonly log: Log;
  /** `unchanged`: what is known is still what there is. */
  readonly load: () => Promise<IdpMetadata | 'unchanged'>;
  readonly onLoaded?: (good: Good, changed: boolean) => void;
}

/**
 * Keeps what was good while nothing better is to be had: a document that cannot be loaded, or that has ended already, never
 * takes its place.
 */
export function createLastGood({ provider, now, log, load, onLoaded }: LastGoodOptions): LastGood {
  let good: Good | undefined;
  let failures = 0;
  let attemptAt = Number.NEGATIVE_INFINITY;
  let cause: unknown;
  let health: ReturnType<LastGood['health']> = { state: 'unknown', since: undefined };
  let loading: Promise<void> | undefined;

  const turn = (state: 'up' | 'down'): void => {
    if (health.state !== state) health = { state, since: now() };
  };
  const ended = ({ validUntil }: IdpMetadata): boolean => validUntil !== undefined && validUntil <= now();

  async function attempt(): Promise<void> {
    attemptAt = now();
    try {
      const loaded = await load();
      const metadata = loaded === 'unchanged' ? good?.metadata : loaded;
      if (metadata === undefined) throw new Error('unchanged, but nothing is known');
      if (ended(metadata)) throw new Failure('idp_unavailable', { detail: 'saml.metadata.expired' });
      const changed = JSON.stringify(metadata) !== JSON.stringify(good?.metadata);
      good = { metadata, at: now() };
      failures = 0;
      cause = undefined;
      turn('up');
      if (changed) log.info(told(provider, metadata), 'metadata of the identity provider were taken over');
      onLoaded?.(good, changed);
    } catch (error) {
      failures += 1;
      cause = error;
      turn('down');
      log.warn(
        { provider, err: error, failures, lastGood: good?.at, validUntil: good?.metadata.validUntil },
        'metadata of the identity provider could not be loaded',
      );
    }
  }

  const usable = (): IdpMetadata | undefined =>
    good === undefined || ended(good.metadata) ? undefined : good.metadata;
  return {
    get good() {
      return good;
    },
    get failures() {
      return failures;
    },
    get attemptAt() {
      return attemptAt;
    },
    refresh: () => (loading ??= attempt().finally(() => (loading = undefined))),
    recall(kept) {
      good ??= kept;
    },
    usable,
    required() {
      const metadata = usable();
      if (metadata !== undefined) return metadata;
      const detail = good === undefined ? 'saml.metadata.unavailable' : 'saml.metadata.expired';
      throw new Failure('idp_unavailable', { detail, cause });
    },
    health: () => health,
  };
}

function told(provider: string, { entityId, certificates, validUntil }: IdpMetadata) {
  return { provider, entityId, certificates: certificates.length, validUntil };
}
