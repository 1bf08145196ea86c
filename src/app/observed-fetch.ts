import type { Metrics, Tracing } from '../telemetry/index.ts';

type Fetch = typeof globalThis.fetch;

/**
 * What reaches identity providers, timed and traced by host: paths and queries may name people, and stay out. Our
 * `traceparent` does not go to them.
 */
export function observedFetch(
  fetch: Fetch | undefined,
  { metrics, tracing }: { readonly metrics: Pick<Metrics, 'idpAsked'>; readonly tracing: Tracing },
): Fetch {
  return (input, init) => {
    const host = hostOf(input);
    const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
    const fields = { 'server.address': host, 'http.request.method': method };
    return tracing.client(`idp ${method}`, fields, async () => {
      const began = performance.now();
      let status: number | undefined;
      try {
        const response = await (fetch ?? globalThis.fetch)(input, init);
        ({ status } = response);
        tracing.note({ 'http.response.status_code': status });
        return response;
      } finally {
        metrics.idpAsked(host, status, performance.now() - began);
      }
    });
  };
}

function hostOf(input: string | URL | Request): string {
  const text = input instanceof Request ? input.url : String(input);
  return URL.canParse(text) ? new URL(text).host : 'unknown';
}
