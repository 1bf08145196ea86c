import type { ServerResponse } from 'node:http';
import { type Failure, failures } from '../identity/index.ts';

/** Nothing to say, and nothing to keep (OpenID Connect Back-Channel Logout 1.0, section 2.8; RFC 8935, section 2.2). */
export function answerEmpty(res: ServerResponse, status: 200 | 202): void {
  res.writeHead(status, { 'cache-control': 'no-store', 'content-length': 0 });
  res.end();
}

export function answerJson(
  res: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = `${JSON.stringify(body)}\n`;
  res.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  res.end(text);
}

/** The error of an OAuth endpoint (RFC 6749, section 5.2), with the fixed sentence of the failure and nothing of its cause. */
export function oauthError(failure: Failure): { readonly status: number; readonly body: object } {
  const { code } = failure;
  // Whatever cannot be verified, for whatever reason, is a bad request: nothing ended (section 2.8 of the logout standard).
  const status =
    code === 'store_unavailable' || code === 'internal'
      ? 503
      : code === 'method_not_allowed' || code === 'payload_too_large'
        ? failure.status
        : 400;
  const error = status === 503 ? 'temporarily_unavailable' : 'invalid_request';
  return { status, body: { error, error_description: failures[code].message } };
}
