/**
 * Failures: what cannot be verified is refused, what cannot be found out is 503. One class, a closed set of codes,
 * a public message fixed per code, and a private cause that goes to the log and the audit trail only.
 */
interface FailureKind {
  /** HTTP status a browser or a program gets. */
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 429 | 500 | 502 | 503;
  /** Fixed public message: plain words, nothing of the cause. */
  readonly message: string;
}

/** The single, exhaustive table from failure code to HTTP. */
export const failures = {
  bad_request: { status: 400, message: 'The request could not be understood.' },
  not_found: { status: 404, message: 'There is nothing here.' },
  method_not_allowed: { status: 405, message: 'This address does not accept that method.' },
  payload_too_large: { status: 413, message: 'The request is too large.' },
  unsupported_media_type: {
    status: 415,
    message: 'The request has a content type that is not accepted here.',
  },
  too_many_requests: {
    status: 429,
    message: 'Too many sign-in attempts. Please wait a moment and try again.',
  },
  unauthenticated: { status: 401, message: 'You are not signed in.' },
  step_up_required: {
    status: 401,
    message: 'This needs a more recent or a stronger sign-in.',
  },
  step_up_failed: {
    status: 403,
    message: 'The sign-in was not as recent or as strong as this page needs.',
  },
  forbidden: { status: 403, message: 'You are signed in, but may not open this page.' },
  csrf_rejected: {
    status: 403,
    message: 'The form was not sent from this site. Please open the page again.',
  },
  unknown_provider: { status: 404, message: 'There is no such sign-in provider.' },
  login_state_unknown: {
    status: 400,
    message:
      'This sign-in was not started in this browser, has expired, or was already used. Please start again.',
  },
  login_rejected: { status: 400, message: 'The answer of the identity provider could not be verified.' },
  replayed: {
    status: 400,
    message: 'This answer of the identity provider was already used. Please start again.',
  },
  idp_unavailable: {
    status: 502,
    message: 'The identity provider does not answer at the moment. Please try again shortly.',
  },
  upstream_unavailable: {
    status: 502,
    message: 'The application behind this sign-in does not answer at the moment. Please try again shortly.',
  },
  store_unavailable: {
    status: 503,
    message: 'Signing in is not possible at the moment. Please try again shortly.',
  },
  redirect_loop: { status: 400, message: 'The sign-in went in circles and was stopped.' },
  internal: { status: 500, message: 'Something went wrong on our side.' },
} as const satisfies Record<string, FailureKind>;

export type FailureCode = keyof typeof failures;

/** The only error class that rooms throw on purpose. `cause` and `detail` are private: log and audit, never a page. */
export class Failure extends Error {
  readonly code: FailureCode;
  /** A short private label of what exactly was wrong, such as `saml.audience`; stable, for logs and tests. */
  readonly detail: string | undefined;
  /** Seconds for `Retry-After`, where there is one. */
  readonly retryAfter: number | undefined;

  constructor(code: FailureCode, options: { detail?: string; cause?: unknown; retryAfter?: number } = {}) {
    super(failures[code].message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Failure';
    this.code = code;
    this.detail = options.detail;
    this.retryAfter = options.retryAfter;
  }

  get status(): FailureKind['status'] {
    return failures[this.code].status;
  }
}

/** Anything that was thrown, as a Failure: an unknown error is `internal`, its cause kept private. */
export function toFailure(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure('internal', { cause: error });
}
