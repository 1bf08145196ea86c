import { Failure } from '../identity/index.ts';

/**
 * What Express and its body parser throw (http-errors: `status`, `type`), as a Failure: the client's mistakes as such,
 * everything else as it is.
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (status === 413) return new Failure('payload_too_large', { cause: error });
  if (status === 415) return new Failure('unsupported_media_type', { cause: error });
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new Failure('bad_request', { cause: error });
  return new Failure('internal', { cause: error });
}
