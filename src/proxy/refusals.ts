import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Config } from '../config/index.ts';
import {
  answerError,
  emptyAnswer,
  errorPage,
  invalidToken,
  isNavigation,
  loginUrls,
  retryAfter,
  stepUpChallenge,
  type Admission,
  type DescribedRequest,
} from '../gate/index.ts';
import { failures, type FailureCode, type Log } from '../identity/index.ts';

/** What the proxy says in place of the application. */
export interface Refuse {
  /** Nobody signed in: a browser goes to the login, a script gets 401. Refused: 403. Cannot be found out: 503. */
  admission(
    req: IncomingMessage,
    res: ServerResponse,
    admission: Exclude<Admission, { kind: 'admitted' | 'anonymous' }>,
    asked: DescribedRequest,
  ): void;
  malformed(req: IncomingMessage, res: ServerResponse): void;
  /** The application is down (502), or too slow (504). */
  upstream(req: IncomingMessage, res: ServerResponse, status: 502 | 504): void;
}

interface Options {
  readonly config: Pick<Config, 'baseUrl' | 'hosts' | 'prefix' | 'brand' | 'contact'>;
  readonly log: Log;
  readonly reference: () => string;
}

/** The proxy's answers: a page for a person, JSON for a program, never cached. */
export function refusals({ config, log, reference }: Options): Refuse {
  const loginUrl = loginUrls(config);

  function answer(
    req: IncomingMessage,
    res: ServerResponse,
    code: FailureCode,
    more: { headers?: readonly string[]; reason?: string; status?: 403 | 502 | 504; reader?: 'program' } = {},
  ): void {
    const number = reference();
    const status = more.status ?? failures[code].status;
    if (status !== 401)
      log.info(
        { code, reason: more.reason, reference: number, method: req.method },
        'the proxy refused a request',
      );
    const page = errorPage({ code, reference: number, brand: config.brand.name, contact: config.contact });
    const reader = more.reader ?? (isNavigation(req.method, req.headers) ? 'person' : 'program');
    answerError(res, { status, code, reference: number, reader, page, headers: more.headers ?? [] });
  }

  return {
    admission(req, res, admission, asked) {
      if (admission.kind === 'unavailable')
        return answer(req, res, 'store_unavailable', { headers: retryAfter });
      if (admission.kind === 'refused') return answer(req, res, 'forbidden', { reason: admission.reason });
      if (admission.kind === 'signed_out' && admission.token !== undefined) {
        return answer(req, res, 'unauthenticated', { headers: invalidToken, reader: 'program' });
      }
      const stepUp = admission.kind === 'step_up' ? admission : undefined;
      const said = stepUp === undefined ? [] : stepUpChallenge(stepUp);
      if (stepUp !== undefined && stepUp.provider === undefined) {
        return answer(req, res, 'step_up_required', { headers: said, status: 403, reader: 'program' });
      }
      const login = loginUrl(asked, stepUp);
      if (isNavigation(req.method, req.headers))
        res.writeHead(302, [...emptyAnswer, 'Location', login]).end();
      else {
        const code = stepUp === undefined ? 'unauthenticated' : 'step_up_required';
        answer(req, res, code, { headers: ['X-Doorward-Login', login, ...said] });
      }
    },
    malformed: (req, res) => answer(req, res, 'bad_request'),
    upstream: (req, res, status) =>
      answer(req, res, 'upstream_unavailable', { headers: ['Retry-After', '5'], status }),
  };
}
