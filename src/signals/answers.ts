import type { ServerResponse } from 'node:http';
import { answerError, errorPage, type ErrorPage } from '../gate/index.ts';
import { type FailureCode, failures } from '../identity/index.ts';
import { type SignOut, signOutPage } from '../providers/index.ts';

/** Nothing to say, and nothing to keep (OpenID Connect Back-Channel Logout 1.0, section 2.8; RFC 8935, section 2.2). */
export function answerEmpty(res: ServerResponse, status: 200 | 202): void {
  res.writeHead(status, { 'cache-control': 'no-store', 'content-length': 0 });
  res.end();
}

/** A page with nothing on it, that pages of these origins may hold in a frame, and nobody else's. */
export function answerFramed(res: ServerResponse, framers: readonly string[]): void {
  const html = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Signed out</title></html>\n';
  res.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(html),
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none';frame-ancestors ${framers.join(' ')};base-uri 'none';form-action 'none'`,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  res.end(html);
}

/** Sends the browser on, by redirect or by a form that posts itself. */
export function answerSignOut(res: ServerResponse, signOut: SignOut): void {
  if (signOut.kind === 'redirect') {
    res.writeHead(303, { location: signOut.url, 'cache-control': 'no-store', 'content-length': 0 });
    res.end();
    return;
  }
  const { html, contentSecurityPolicy } = signOutPage(signOut);
  res.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(html),
    'cache-control': 'no-store',
    'content-security-policy': contentSecurityPolicy,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  res.end(html);
}

/**
 * Tells a program or a person that nothing was done, with the fixed sentence of the failure and nothing of its cause.
 * A program gets the error of an OAuth endpoint (RFC 6749, section 5.2).
 */
export function answerTo(
  reader: 'program' | 'person',
  res: ServerResponse,
  refusal: Omit<ErrorPage, 'link'>,
): void {
  const { code, reference } = refusal;
  const status = statusOf(code);
  const headers = ['Connection', 'close'];
  if (reader === 'person' || code === 'unknown_provider') {
    return answerError(res, { status, code, reference, reader, headers, page: errorPage(refusal) });
  }
  const error = status === 503 ? 'temporarily_unavailable' : 'invalid_request';
  answerJson(res, status, { error, error_description: failures[code].message }, { connection: 'close' });
}

/**
 * Whatever cannot be verified, for whatever reason, is a bad request, and nothing ended (Back-Channel Logout, section 2.8);
 * where we ourselves are in trouble the sender may try again.
 */
function statusOf(code: FailureCode): number {
  if (code === 'store_unavailable' || code === 'internal') return 503;
  const own: readonly FailureCode[] = ['method_not_allowed', 'payload_too_large', 'unknown_provider'];
  return own.includes(code) ? failures[code].status : 400;
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
