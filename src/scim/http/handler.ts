import type { IncomingMessage, ServerResponse } from 'node:http';
import { Failure, toFailure } from '../../identity/index.ts';
import type { Unauthenticated } from '../auth/authenticate.ts';
import { TooManyRequests } from '../auth/rate.ts';
import type { TokenAnswer } from '../auth/oauth.ts';
import { badRequest, ScimError } from '../error.ts';
import type { Answer } from '../service/answer.ts';
import type { Caller, ScimAnswered } from '../types.ts';
import type { Activity } from './activity.ts';
import { readBytes, readJson } from './body.ts';
import { readQuery } from './query.ts';
import type { Refusals } from './refusals.ts';
import { send, sendAnswer, sendError } from './reply.ts';
import { MethodNotAllowed, type ScimRequest } from './routes.ts';

/** The largest form of the token endpoint, bytes. */
const largestForm = 16 * 1024;

export interface HandlerParts {
  readonly authenticate: (header: string | undefined) => Promise<Caller>;
  readonly limit: (provider: string, perSecond: number) => Promise<void>;
  readonly routes: (caller: Caller, request: ScimRequest) => Promise<Answer>;
  readonly issueToken: (authorization: string | undefined, form: URLSearchParams) => Promise<TokenAnswer>;
  readonly activity: Activity;
  readonly refusals: Refusals;
  readonly onAnswered?: ScimAnswered | undefined;
  /** Told of what is nobody's refusal: a bug, a store that is away. */
  readonly failed: (error: unknown, req: IncomingMessage) => void;
}

/** Answers every path under `/scim`; it never rejects, and never answers in another form than SCIM's. */
export function createHandler(
  parts: HandlerParts,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const { authenticate, limit, routes, issueToken, activity, refusals } = parts;

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { path, search } = split(req.url ?? '/');
    const began = performance.now();
    let caller: Caller | undefined;
    try {
      if (path === '/scim/oauth/token') return await token(req, res);
      caller = await authenticate(req.headers.authorization);
      await limit(caller.provider.id, caller.provider.scim.requestsPerSecond);
      const request: ScimRequest = {
        method: req.method ?? 'GET',
        path: segments(path),
        query: readQuery(search),
        conditions: { ifMatch: req.headers['if-match'], ifNoneMatch: req.headers['if-none-match'] },
        body: () => readJson(req),
      };
      const answer = await routes(caller, request);
      activity.served(caller.provider.id, `${request.method} /${request.path[0] ?? ''}`);
      sendAnswer(res, answer);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal.status >= 500) parts.failed(error, req);
      const told = await refusals.note(caller, req, path, refusal).then(
        () => refusal,
        // The trail cannot be written, so the store is away: then that is the answer.
        () => storeAway(),
      );
      sendError(req, res, told, error instanceof MethodNotAllowed ? error.allow : undefined);
    } finally {
      const took = performance.now() - began;
      parts.onAnswered?.(caller?.provider.id ?? '', operationOf(req.method, path), res.statusCode, took);
    }
  }

  async function token(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (req.method !== 'POST') throw new MethodNotAllowed(['POST']);
    const type = req.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
    if (type !== 'application/x-www-form-urlencoded')
      throw new ScimError(415, 'The body must be application/x-www-form-urlencoded.');
    const form = new URLSearchParams((await readBytes(req, largestForm)).toString('utf8'));
    const answer = await issueToken(req.headers.authorization, form);
    if (answer.refused !== undefined) await refusals.token(req, answer);
    else if (answer.provider !== undefined) activity.served(answer.provider, 'POST /oauth/token');
    const headers = {
      'cache-control': 'no-store',
      pragma: 'no-cache',
      ...(answer.challenge !== undefined && { 'www-authenticate': answer.challenge }),
    };
    send(res, answer.status, answer.body, headers, 'application/json; charset=utf-8');
  }

  return async (req, res) => {
    try {
      await serve(req, res);
    } catch (error) {
      parts.failed(error, req);
      res.destroy();
    }
  };
}

const resources: ReadonlySet<string> = new Set([
  'Users',
  'Groups',
  'Bulk',
  'Schemas',
  'ResourceTypes',
  'ServiceProviderConfig',
  'token',
]);
const methods: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** `PATCH /Users`: of a closed set, whatever a client asks for. */
function operationOf(method: string | undefined, path: string): string {
  const resource = path.split('/')[3] ?? '';
  const known = resources.has(resource) ? `/${resource}` : '/other';
  return `${methods.has(method ?? '') ? method : 'other'} ${known}`;
}

function split(url: string): { path: string; search: string } {
  const at = url.indexOf('?');
  const [path, search] = at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
  return { path, search: search.split('#')[0] ?? '' };
}

/** What comes after `/scim/v2`, decoded; an empty list for the root, which nothing answers to. */
function segments(path: string): string[] {
  const [, scim, version, ...rest] = path.split('/');
  if (scim !== 'scim' || version !== 'v2') throw new ScimError(404, 'There is nothing at this path.');
  try {
    // A tenant URL with a slash at its end makes `/scim/v2//Users`.
    return rest.filter((each) => each !== '').map((each) => decodeURIComponent(each));
  } catch {
    throw badRequest('invalidSyntax', 'The path of the URL is not percent-encoded rightly.');
  }
}

/** Anything that was thrown, as the refusal that the client gets to see; causes stay here. */
function refusalOf(error: unknown): ScimError | Unauthenticated | TooManyRequests {
  if (error instanceof ScimError) return error;
  const failure = toFailure(error);
  if (failure.code === 'store_unavailable') return storeAway();
  if (failure.detail === 'directory.group_name')
    return badRequest('invalidValue', 'A group cannot have this name.');
  return new ScimError(500, new Failure('internal').message);
}

function storeAway(): ScimError {
  return new ScimError(503, 'The store does not answer at the moment; try again shortly.');
}
