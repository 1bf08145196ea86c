import { setTimeout as sleep } from 'node:timers/promises';
import { LookupFailed } from './lookup-failed.ts';

/** The network as one look-up sees it: one deadline for all of its requests, pauses included. */
export interface Api {
  /** A JSON object, and what the headers said. Throws LookupFailed for anything else. */
  ask(
    url: string,
    init?: ApiRequest,
  ): Promise<{
    readonly body: Readonly<Record<string, unknown>> | readonly unknown[];
    readonly headers: Headers;
  }>;
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ApiOptions {
  readonly fetch: typeof globalThis.fetch;
  /** Prefix of the labels: the kind of the look-up. */
  readonly kind: string;
  /** Milliseconds for everything together. */
  readonly timeLimit: number;
  /** Milliseconds since the epoch, for `Retry-After` with a date and for `X-Rate-Limit-Reset`. */
  readonly now: () => number;
}

/** Longest answer, in bytes: a page of a thousand groups with long names is a tenth of it. */
const maxBytes = 4_000_000;
/** Requests of one look-up, pages and repetitions together. */
const maxRequests = 60;
const throttled = new Set([429, 503]);

/**
 * Begins the time of one look-up. A throttled request (429, 503, Google's 403 with a rate limit's name) is repeated after
 * the pause that the answer asks for (RFC 9110, section 10.2.3), while that is within the time; everything else that is not
 * a JSON answer fails. Redirects are not followed: they would carry the credentials along.
 */
export function createApi({ fetch, kind, timeLimit, now }: ApiOptions): Api {
  const deadline = performance.now() + timeLimit;
  const signal = AbortSignal.timeout(timeLimit);
  let requests = 0;
  const failed = (what: string, cause?: unknown) => new LookupFailed(`${kind}.${what}`, cause);

  return {
    async ask(url, init = {}) {
      for (let attempt = 0; ; attempt += 1) {
        if ((requests += 1) > maxRequests) throw failed('too_many_requests_needed');
        let response: Response;
        let text: string;
        try {
          response = await fetch(url, {
            method: init.method ?? 'GET',
            headers: { accept: 'application/json', ...init.headers },
            ...(init.body !== undefined && { body: init.body }),
            redirect: 'manual',
            signal,
          });
          text = await readAtMost(response, maxBytes);
        } catch (error) {
          if (error instanceof LookupFailed) throw failed(error.detail);
          throw failed(signal.aborted ? 'timeout' : 'network', error);
        }
        if (response.ok) {
          const body = parse(text);
          if (body === undefined) throw failed('garbage');
          return { body, headers: response.headers };
        }
        const slowDown = throttled.has(response.status) || (response.status === 403 && isRateLimit(text));
        if (!slowDown) throw failed(`http_${response.status}`);
        const pause = pauseOf(response.headers, attempt, now());
        if (performance.now() + pause >= deadline) throw failed('throttled');
        await sleep(pause);
      }
    },
  };
}

/** Seconds or a date; Okta says when its window ends; else half a second, then a second … Milliseconds. */
function pauseOf(headers: Headers, attempt: number, now: number): number {
  const after = headers.get('retry-after');
  if (after !== null) {
    const seconds = /^\d{1,6}$/.test(after.trim()) ? Number(after) : (Date.parse(after) - now) / 1000;
    if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  }
  const reset = headers.get('x-rate-limit-reset');
  if (reset !== null && /^\d{1,12}$/.test(reset)) return Math.max(0, Number(reset) * 1000 - now);
  return 500 * 2 ** attempt;
}

/** Google throttles with 403 and one of these reasons. */
function isRateLimit(text: string): boolean {
  return /"(?:reason|status)"\s*:\s*"(?:userRateLimitExceeded|rateLimitExceeded|quotaExceeded|RESOURCE_EXHAUSTED)"/.test(
    text,
  );
}

function parse(text: string): Readonly<Record<string, unknown>> | readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

async function readAtMost(response: Response, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > limit) throw new LookupFailed('too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
