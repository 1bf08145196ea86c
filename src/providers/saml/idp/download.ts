/** How the text behind a URL is fetched. `fetch` fits. */
export type Fetch = (
  url: string,
  init: { signal: AbortSignal; redirect: 'error'; headers: Record<string, string> },
) => Promise<Response>;

/**
 * The text at the address: within the time, within the size, strict UTF-8, no redirects (a pinned address that moves
 * is for the administrator to look at). Rejects with whatever went wrong.
 *
 * @param timeout milliseconds for the whole of it
 * @param limit bytes
 */
export async function download(fetch: Fetch, url: string, timeout: number, limit: number): Promise<string> {
  const signal = AbortSignal.timeout(timeout);
  const response = await fetch(url, {
    signal,
    redirect: 'error',
    headers: { accept: 'application/samlmetadata+xml, application/xml, text/xml' },
  });
  if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > limit) throw new Error(`more than ${limit} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
}
