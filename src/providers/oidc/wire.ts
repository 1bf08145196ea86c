import type { CustomFetch } from 'openid-client';
import { Failure } from '../../identity/index.ts';
import { rejected, unavailable } from './rejected.ts';

/** Longest answer that is read, in bytes: ten thousand groups fit in an ID token of this size. */
export const maxAnswerBytes = 2_000_000;
/** Patience with one request, milliseconds; openid-client aborts after it. */
export const requestTimeout = 5_000;

/** The last thing that is known of the other side. `since` is when it began to be so, milliseconds since the epoch. */
export interface Health {
  readonly state: 'unknown' | 'up' | 'down';
  readonly since: number | undefined;
}

/** Requests to one identity provider, and how they went. */
export interface Wire {
  readonly fetch: CustomFetch;
  health(): Health;
}

/**
 * The only way onto the network. Follows no redirect (openid-client asks for `manual`), reads a bounded answer, and
 * tells apart what openid-client cannot: a provider that does not answer, or answers 429 or 5xx, is *unavailable*.
 */
export function createWire(options: {
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
}): Wire {
  let health: Health = { state: 'unknown', since: undefined };
  const is = (state: 'up' | 'down'): void => {
    if (health.state !== state) health = { state, since: options.now() };
  };
  const ask: CustomFetch = async (url, { body, ...init }) => {
    let response: Response;
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      response = await options.fetch(url, {
        ...init,
        signal: init.signal ?? AbortSignal.timeout(requestTimeout),
        ...(body !== undefined && { body: body as BodyInit | null }),
      });
      bytes = await readAtMost(response, maxAnswerBytes);
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw unavailable(isTimeout(error) ? 'timeout' : 'network', cause(url, error));
    }
    if (response.status >= 500 || response.status === 429) {
      throw unavailable('http_status', new Error(`${new URL(url).origin} answered ${response.status}`));
    }
    const { status, statusText, headers } = response;
    return new Response(bytes.length === 0 ? null : bytes, { status, statusText, headers });
  };
  return {
    health: () => health,
    async fetch(url, init) {
      try {
        const response = await ask(url, init);
        is('up');
        return response;
      } catch (error) {
        is('down');
        throw error;
      }
    },
  };
}

async function readAtMost(response: Response, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > limit) throw rejected('response_too_large');
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}

/** Which host, and what the system said; no path, query or body, which may hold secrets. */
function cause(url: string, error: unknown): Error {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return new Error(`${new URL(url).origin}: ${inner instanceof Error ? inner.message : 'request failed'}`);
}
