import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ScimError } from '../error.ts';
import { TooManyRequests } from '../auth/rate.ts';
import { Unauthenticated } from '../auth/authenticate.ts';
import type { Answer } from '../service/answer.ts';

/** What is left of a body that nobody wants is read up to here, so that the client gets to see the answer. */
const mostIgnored = 32 * 1024 * 1024;

/** Writes an answer; without a body it has no content type. */
export function sendAnswer(res: ServerResponse, answer: Answer): void {
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  if (answer.location !== undefined && answer.status === 201) headers['location'] = answer.location;
  if (answer.location !== undefined && answer.status === 200) headers['content-location'] = answer.location;
  if (answer.etag !== undefined) headers['etag'] = answer.etag;
  send(res, answer.status, answer.body, headers);
}

/** Every refusal is an Error body in SCIM's own type, whatever went wrong. */
export function sendError(req: IncomingMessage, res: ServerResponse, error: ScimError, allow?: string): void {
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  if (error instanceof Unauthenticated) headers['www-authenticate'] = error.challenge;
  if (error instanceof TooManyRequests) headers['retry-after'] = String(error.retryAfter);
  if (error.status === 503) headers['retry-after'] = '5';
  if (allow !== undefined) headers['allow'] = allow;
  if (!req.complete) {
    headers['connection'] = 'close';
    ignoreRest(req);
  }
  send(res, error.status, error.toBody(), headers);
}

export function send(
  res: ServerResponse,
  status: number,
  body: object | undefined,
  headers: Record<string, string>,
  type = 'application/scim+json; charset=utf-8',
): void {
  if (res.headersSent) return void res.destroy();
  if (body === undefined) {
    res.writeHead(status, status === 304 ? headers : { ...headers, 'content-length': '0' });
    res.end();
    return;
  }
  const text = Buffer.from(JSON.stringify(body));
  res.writeHead(status, { ...headers, 'content-type': type, 'content-length': String(text.length) });
  res.end(text);
}

function ignoreRest(req: IncomingMessage): void {
  let ignored = 0;
  req.on('error', () => {});
  req.on('data', (chunk: Buffer) => {
    ignored += chunk.length;
    if (ignored > mostIgnored) req.destroy();
  });
  req.resume();
}
