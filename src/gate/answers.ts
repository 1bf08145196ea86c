import type { ServerResponse } from 'node:http';
import { failures, type FailureCode } from '../identity/index.ts';
import { assertionHeader } from './header-names.ts';
import { isOrdinary, keptHead, sendKept, type KeptHead } from './kept-head.ts';

/**
 * What every empty answer says. Without `Content-Length: 0` nginx opens a new connection for each check; without
 * `no-store` a proxy may keep an answer past the end of a session.
 */
export const emptyAnswer: readonly string[] = ['Cache-Control', 'no-store', 'Content-Length', '0'];

/** An empty answer that lets a request in; made once for all sessions of a user. */
export interface EmptyAnswer {
  /** Name then value, alternating. The last two are the assertion's name and value. */
  readonly headers: readonly string[];
  /** How node:http wrote it last. */
  kept: KeptHead | undefined;
}

/** An answer with these identity headers; a place for the assertion comes last. */
export function admittedAnswer(headers: readonly string[]): EmptyAnswer {
  return { headers: [...emptyAnswer, ...headers, assertionHeader, ''], kept: undefined };
}

/**
 * Lets a request in. All sessions of a user share the list of headers, whose last one is the assertion of this session:
 * filled in here, and read by node:http before anything else can run.
 */
export function answerAdmitted(
  res: ServerResponse,
  status: number,
  answer: EmptyAnswer,
  assertion: string,
): void {
  const { kept } = answer;
  const ordinary = isOrdinary(res);
  if (ordinary && kept?.status === status) return sendKept(res, kept, assertion);
  const headers = answer.headers as string[];
  headers[headers.length - 1] = assertion;
  res.writeHead(status, headers);
  if (ordinary) answer.kept = keptHead(res, status, assertion);
  res.end();
}

/** Who reads an answer with a body: a person gets a page, a program JSON. */
export type Reader = 'person' | 'program';

export interface ErrorAnswer {
  readonly status: number;
  readonly code: FailureCode;
  /** What support asks for; also in the log. */
  readonly reference: string;
  readonly reader: Reader;
  /** Further headers, name then value, alternating. */
  readonly headers?: readonly string[];
  /** HTML for a person; made by the caller, because it knows the brand. */
  readonly page?: string;
}

/** Writes an error with a body. The content is UTF-8, the headers must be ASCII. */
export function answerError(res: ServerResponse, answer: ErrorAnswer): void {
  const page = answer.reader === 'person' ? answer.page : undefined;
  const body = Buffer.from(page ?? errorJson(answer.code, answer.reference), 'utf8');
  res.writeHead(answer.status, [
    'Cache-Control',
    'no-store',
    'Content-Type',
    page === undefined ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8',
    'Content-Length',
    String(body.length),
    'X-Content-Type-Options',
    'nosniff',
    ...(page === undefined ? [] : ['Content-Security-Policy', pagePolicy]),
    ...(answer.headers ?? []),
  ]);
  res.end(body);
}

const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/** `{"error": {"code", "message", "reference"}}`: the one form of an error for programs. */
export function errorJson(code: FailureCode, reference: string): string {
  return JSON.stringify({ error: { code, message: failures[code].message, reference } });
}

/** Seconds a client should wait when a store does not answer. */
export const retryAfter: readonly string[] = ['Retry-After', '2'];
