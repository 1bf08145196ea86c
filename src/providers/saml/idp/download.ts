/** How the text behind a URL is fetched. `fetch` fits. */
export type Fetch = (
  url: string,
  init: { signal: AbortSignal; redirect: 'error'; headers: Record<string, string> },
) => Promise<Response>;

/** A document as it came, with what its server calls this version of it (RFC 9110, section 8.8). */
export interface Downloaded {
  readonly text: string;
  readonly etag: string | undefined;
}

/** What a download may take. */
export interface DownloadLimits {
  /** Milliseconds for the whole of it. */
  readonly timeout: number;
  /** Bytes. */
  readonly size: number;
}

/** One identity provider is some kilobytes. */
export const oneEntity: DownloadLimits = { timeout: 5_000, size: 4_194_304 };
/** A federation's members, all in one document. */
export const federation: DownloadLimits = { timeout: 30_000, size: 33_554_432 };

/**
 * The text at the address: within the time, within the size, strict UTF-8, no redirects (a pinned address that moves
 * is for the administrator to look at). Rejects with whatever went wrong.
 *
 * @param etag the version that is known: `unchanged` when it still is the one
 */
export async function download(
  fetch: Fetch,
  url: string,
  limits: DownloadLimits,
  etag?: string,
): Promise<Downloaded | 'unchanged'> {
  const signal = AbortSignal.timeout(limits.timeout);
  const response = await fetch(url, {
    signal,
    redirect: 'error',
    headers: {
      accept: 'application/samlmetadata+xml, application/xml, text/xml',
      ...(etag !== undefined && { 'if-none-match': etag }),
    },
  });
  if (response.status === 304 && etag !== undefined) return 'unchanged';
  if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > limits.size) throw new Error(`more than ${limits.size} bytes`);
    chunks.push(chunk);
  }
  const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  return { text, etag: response.headers.get('etag') ?? undefined };
}
