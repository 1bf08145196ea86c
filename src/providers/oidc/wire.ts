import type { CustomFetch } from 'openid-client';
import { Failure } from '../../identity/index.ts';
import { rejected, unavailable } from './rejected.ts';

/** Longest answer that is read, in bytes: ten thousand groups fit in an ID token of this size. */
export const maxAnswerBytes = 2_000_000;
/** Patience with one request, milliseconds; openid-client aborts after it. */
export const requestTimeout = 5_000;

/**
 * The only way onto the network. Follows no redirect (openid-client asks for `manual`), reads a bounded answer, and
 * tells apart what openid-client cannot: a provider that does not answer, or answers 429 or 5xx, is *unavailable*.
 */
export function createWire(fetch: typeof globalThis.fetch): CustomFetch {
  return async (url, { body, ...init }) => {
    let response: Response;
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      response = await fetch(url, {
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
