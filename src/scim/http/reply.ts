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
  const text = answer.json?.text ?? (answer.body && JSON.stringify(answer.body));
  sendText(res, answer.status, text, headers, scimJson);
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

const longText = 16_384;

const scimJson = 'application/scim+json; charset=utf-8';

export function send(
  res: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string>,
  type = scimJson,
): void {
  sendText(res, status, JSON.stringify(body), headers, type);
}

function sendText(
  res: ServerResponse,
  status: number,
  text: string | undefined,
  headers: Record<string, string>,
  type: string,
): void {
  if (res.headersSent) return void res.destroy();
  if (text === undefined) {
    res.writeHead(status, status === 304 ? headers : { ...headers, 'content-length': '0' });
    res.end();
    return;
  }
  // A short text goes out in one piece with its head; of a long one the bytes are made once.
  const body = text.length < longText ? text : Buffer.from(text);
  headers['content-type'] = type;
  headers['content-length'] = String(Buffer.byteLength(body));
  res.writeHead(status, headers);
  res.end(body);
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
