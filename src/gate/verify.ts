import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Config } from '../config/index.ts';
import type { FailureCode, Log } from '../identity/index.ts';
import { answerAdmitted, answerError, emptyAnswer, retryAfter } from './answers.ts';
import { invalidToken, stepUpChallenge } from './challenges.ts';
import {
  describedByCheck,
  describedByForwarded,
  describedByOriginalUrl,
  describesRequest,
  undescribed,
  type DescribedRequest,
} from './described-request.ts';
import { errorPage } from './error-page.ts';
import { loginUrls } from './login-url.ts';
import { methodOverrides } from './method-override.ts';
import { isNavigation } from './navigation.ts';
import { trustedPeers } from './trusted-peers.ts';
import type { Admission, Gate, StepUp } from './types.ts';

export interface VerifyOptions {
  readonly config: Pick<
    Config,
    'baseUrl' | 'hosts' | 'prefix' | 'trustedProxies' | 'listen' | 'brand' | 'contact' | 'headers' | 'policy'
  >;
  readonly admit: Gate['admit'];
  readonly log: Log;
  /** A new reference number for a page or an error. */
  readonly reference: () => string;
  /** Told of every answer: its outcome and what it took, milliseconds. */
  readonly noteVerify?: ((outcome: Admission['kind'], milliseconds: number) => void) | undefined;
}

/** How a kind of proxy asks, and what it can do with an answer. */
interface Endpoint {
  readonly admitted: 200 | 202;
  /** nginx knows 401 and 403 only and shows none of our bodies: its answers are empty. */
  readonly bodies: boolean;
  describe(req: IncomingMessage, rest: string): DescribedRequest | undefined;
}

const endpoints = new Map<string, Endpoint>([
  ['auth-request', { admitted: 202, bodies: false, describe: (req) => describedByOriginalUrl(req.headers) }],
  ['forward-auth', { admitted: 202, bodies: true, describe: (req) => describedByForwarded(req.headers) }],
  [
    'ext-authz',
    { admitted: 200, bodies: true, describe: (req, rest) => describedByCheck(req.headers, req.method, rest) },
  ],
]);

interface Denial {
  readonly endpoint: Endpoint | undefined;
  readonly request: DescribedRequest;
  readonly status: 400 | 403 | 404;
  readonly code: 'forbidden' | 'bad_request' | 'not_found';
  /** Stable, for the log and `X-Doorward-Reason`. */
  readonly reason: string;
}

const notFound = { status: 404, code: 'not_found', reason: 'unknown_endpoint' } as const;
const malformed = { status: 400, code: 'bad_request', reason: 'malformed_description' } as const;

const trustMark = Symbol('trusted');
interface Marked {
  [trustMark]?: boolean;
}

/** Serves `{prefix}/verify/*`: what a proxy asks before it lets a request through. */
export function verifyEndpoints(options: VerifyOptions): Gate['handle'] {
  const { config, admit, log, noteVerify } = options;
  const start = `${config.prefix}/verify/`;
  const peers = trustedPeers(config.trustedProxies, config.listen.socket !== undefined);
  const loginUrl = loginUrls(config);
  const overridesOf = methodOverrides(config);
  const warned = new Set<string>();

  /** A connection has one peer: asked once, remembered on its socket. */
  function trusts(req: IncomingMessage): boolean {
    const socket: Marked & typeof req.socket = req.socket;
    return (socket[trustMark] ??= peers.trusts(socket.remoteAddress));
  }

  function described(req: IncomingMessage, endpoint: Endpoint, rest: string): DescribedRequest | undefined {
    if (trusts(req)) return endpoint.describe(req, rest);
    const address = req.socket.remoteAddress ?? '';
    if (!warned.has(address) && warned.size < 100 && (rest !== '' || describesRequest(req.headers))) {
      warned.add(address);
      log.warn(
        { address },
        `${address} describes requests (X-Original-*, X-Forwarded-*) but is not believed: add it to trustedProxies if it is your proxy`,
      );
    }
    return undescribed;
  }

  function answer(
    req: IncomingMessage,
    res: ServerResponse,
    endpoint: Endpoint,
    request: DescribedRequest,
    admission: Admission,
  ): void {
    if (admission.kind === 'admitted') {
      const { identity } = admission;
      return answerAdmitted(res, endpoint.admitted, identity.answer, identity.assertion);
    }
    if (admission.kind === 'anonymous') return answerAdmitted(res, endpoint.admitted, admission.answer, '');
    if (admission.kind === 'signed_out') {
      return admission.token === undefined
        ? signedOut(req, res, endpoint, request)
        : challenge(res, endpoint, 401, 'unauthenticated', [
            'X-Doorward-Reason',
            'token_rejected',
            ...invalidToken,
          ]);
    }
    if (admission.kind === 'step_up') return stepUp(req, res, endpoint, request, admission);
    if (admission.kind === 'unavailable') {
      res.writeHead(503, [...emptyAnswer, ...retryAfter]);
      res.end();
      return;
    }
    const { reason } = admission;
    deny(req, res, { endpoint, request, status: 403, code: 'forbidden', reason });
  }

  function signedOut(
    req: IncomingMessage,
    res: ServerResponse,
    endpoint: Endpoint,
    request: DescribedRequest,
  ): void {
    const login = loginUrl(request);
    if (endpoint.bodies && isNavigation(request.method ?? req.method, req.headers)) {
      res.writeHead(302, [...emptyAnswer, 'Location', login]);
      res.end();
    } else {
      challenge(res, endpoint, 401, 'unauthenticated', ['X-Doorward-Login', login]);
    }
  }

  /** Signed in, but not recently or not strongly enough: a browser signs in anew, and a program is told so. */
  function stepUp(
    req: IncomingMessage,
    res: ServerResponse,
    endpoint: Endpoint,
    request: DescribedRequest,
    wanted: StepUp,
  ): void {
    const headers = ['X-Doorward-Reason', 'step_up_required', ...stepUpChallenge(wanted)];
    // A token cannot be made more recent, so that no login would help.
    if (wanted.provider === undefined) return challenge(res, endpoint, 403, 'step_up_required', headers);
    const login = loginUrl(request, wanted);
    if (endpoint.bodies && isNavigation(request.method ?? req.method, req.headers)) {
      res.writeHead(302, [...emptyAnswer, 'Location', login]);
      res.end();
    } else {
      challenge(res, endpoint, 401, 'step_up_required', ['X-Doorward-Login', login, ...headers]);
    }
  }

  /** An answer for a program: JSON where the proxy passes it on, else headers alone. */
  function challenge(
    res: ServerResponse,
    endpoint: Endpoint,
    status: 401 | 403,
    code: FailureCode,
    headers: readonly string[],
  ): void {
    if (endpoint.bodies) {
      answerError(res, { status, code, reference: options.reference(), reader: 'program', headers });
    } else {
      res.writeHead(status, [...emptyAnswer, ...headers]);
      res.end();
    }
  }

  function deny(req: IncomingMessage, res: ServerResponse, denial: Denial): void {
    const { endpoint, request, status, code, reason } = denial;
    const reference = options.reference();
    const { host, path, method } = request;
    log.info({ reason, reference, host, path, method }, 'the gate refused a request');
    const headers = ['X-Doorward-Reason', reason, 'X-Doorward-Reference', reference];
    if (endpoint?.bodies === false) {
      res.writeHead(403, [...emptyAnswer, ...headers]);
      res.end();
      return;
    }
    const reader = isNavigation(request.method ?? req.method, req.headers) ? 'person' : 'program';
    const page = errorPage({ code, reference, brand: config.brand.name, contact: config.contact });
    answerError(res, { status, code, reference, reader, headers, page });
  }

  function serve(req: IncomingMessage, res: ServerResponse, url: string): void {
    if (hasBody(req)) res.shouldKeepAlive = false;
    // Nearly every URL is one of two, whole.
    const plain = endpoints.get(url.slice(start.length));
    const name = plain === undefined ? endpointName(url, start.length) : '';
    const endpoint = plain ?? endpoints.get(name);
    const rest = plain === undefined ? url.slice(start.length + name.length) : '';
    if (endpoint === undefined || (name !== 'ext-authz' && rest !== '' && !rest.startsWith('?'))) {
      return deny(req, res, { ...notFound, endpoint: undefined, request: undescribed });
    }
    const request = described(req, endpoint, rest);
    if (request === undefined) {
      return deny(req, res, { ...malformed, endpoint, request: undescribed });
    }
    const began = performance.now();
    const admission = admit({
      cookie: req.headers.cookie,
      method: request.method,
      host: request.host,
      path: request.path,
      authorization: req.headers.authorization,
      methodOverrides: overridesOf(req.headers),
    });
    if (!(admission instanceof Promise)) {
      answer(req, res, endpoint, request, admission);
      noteVerify?.(admission.kind, performance.now() - began);
      return;
    }
    admission
      .then((late) => {
        if (!res.destroyed) answer(req, res, endpoint, request, late);
        noteVerify?.(late.kind, performance.now() - began);
      })
      .catch((error: unknown) => failed(res, error));
  }

  /** Nothing here should throw; if it does, nobody is let in and the process lives on. */
  function failed(res: ServerResponse, error: unknown): void {
    log.error({ err: error }, 'a verify endpoint failed');
    if (res.headersSent) res.destroy();
    else res.writeHead(503, [...emptyAnswer, ...retryAfter]).end();
  }

  return function handle(req, res) {
    const url = req.url ?? '';
    if (!url.startsWith(start)) return false;
    try {
      serve(req, res, url);
    } catch (error) {
      failed(res, error);
    }
    return true;
  };
}

/** What could hide a second request ends the connection after this answer (RFC 9112, section 11.2). */
function hasBody(req: IncomingMessage): boolean {
  const length = req.headers['content-length'];
  return (length !== undefined && length !== '0') || req.headers['transfer-encoding'] !== undefined;
}

function endpointName(url: string, from: number): string {
  let end = from;
  while (end < url.length && url[end] !== '/' && url[end] !== '?') end += 1;
  return url.slice(from, end);
}
