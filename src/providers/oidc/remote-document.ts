import { Failure } from '../../identity/index.ts';

/** How long what was read may be used; all in milliseconds. */
export interface Freshness {
  /** Read again when older. */
  readonly fresh: number;
  /** While the provider is unavailable, used up to this age. */
  readonly usable: number;
  /** After a failure, nothing is asked for so long; the same failure is given. */
  readonly pause: number;
}

/** A document of the identity provider, read when first needed and kept for a while. */
export interface RemoteDocument<T> {
  /** The document, no older than `maxAge` where the provider lets us. Throws what loading it threw. */
  read(maxAge?: number): Promise<T>;
}

/**
 * Keeps what `load` gives. Many readers at once cause one load. Old content outlives an *unavailable* provider only:
 * when the provider answers, and the answer is refused, the old one is not used either.
 */
export function createRemoteDocument<T>(
  load: () => Promise<T>,
  { fresh, usable, pause }: Freshness,
  now: () => number,
): RemoteDocument<T> {
  let held: { readonly content: T; readonly at: number } | undefined;
  let failed: { readonly error: unknown; readonly at: number } | undefined;
  let loading: Promise<T> | undefined;

  const reload = async (): Promise<T> => {
    try {
      const content = await load();
      held = { content, at: now() };
      failed = undefined;
      return content;
    } catch (error) {
      failed = { error, at: now() };
      return fallback(error);
    } finally {
      loading = undefined;
    }
  };
  const fallback = (error: unknown): T => {
    const down = error instanceof Failure && error.code === 'idp_unavailable';
    if (down && held !== undefined && now() - held.at < usable) return held.content;
    throw error;
  };
  return {
    async read(maxAge = fresh) {
      if (held !== undefined && now() - held.at < maxAge) return held.content;
      if (loading !== undefined) return loading;
      if (failed !== undefined && now() - failed.at < pause) return fallback(failed.error);
      loading = reload();
      return loading;
    },
  };
}
