import { badRequest, ScimError } from '../error.ts';
import { isObject } from '../resource.ts';
import type { Caller } from '../types.ts';
import type { Answer, Conditions } from './answer.ts';

/** One operation of a bulk request, in the router's words. */
export interface BulkStep {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/scim/v2`, such as `/Users/2819`. */
  readonly path: string;
  readonly data: unknown;
  readonly conditions: Conditions;
}

interface BulkOperation {
  readonly method: BulkStep['method'];
  readonly path: string;
  readonly bulkId: string | undefined;
  readonly data: unknown;
  readonly version: string | undefined;
  /** The bulkIds that path and data speak of. */
  readonly needs: ReadonlySet<string>;
}

const requestUrn = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
/** What an operation may be about: searches have their own road, and Bulk inside Bulk has none. */
const changeable = /^\/(?:Users|Groups)(?:\/(?!\.search)[^/?]+)?\/?$/;
const responseUrn = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

/**
 * Bulk (RFC 7644, section 3.7). Operations are carried out in their order, but each after those that make what it refers to
 * by `bulkId:`; a circle of references is answered with 409, as the RFC allows. Each operation is whole or nothing by
 * itself, and has its own answer.
 *
 * @param carryOut one operation; rejects with a ScimError for a refusal
 * @param refused told of each refused operation
 */
export function createBulk(
  carryOut: (caller: Caller, step: BulkStep) => Promise<Answer>,
  refused: (caller: Caller, step: { method: string; path: string }, error: ScimError) => Promise<void>,
  maxOperations: number,
) {
  return async (caller: Caller, body: unknown): Promise<Answer> => {
    const { operations, failOnErrors } = readBulk(body, maxOperations);
    const made = new Map<string, string>();
    const failed = new Set<string>();
    const results = new Map<BulkOperation, object>();
    let errors = 0;
    const pending = [...operations];
    while (pending.length > 0 && errors < failOnErrors) {
      const waiting = new Set(pending.flatMap(({ bulkId }) => bulkId ?? []));
      const isReady = ({ needs, bulkId }: BulkOperation) =>
        [...needs].every((id) => id !== bulkId && !waiting.has(id));
      // Nothing is ready: what is left refers to each other in a circle.
      const at = Math.max(0, pending.findIndex(isReady));
      const [operation] = pending.splice(at, 1);
      if (!operation) break;
      const { method, path, bulkId } = operation;
      try {
        if (!changeable.test(path))
          throw badRequest('invalidPath', 'Bulk changes /Users and /Groups, or one of them by its id.');
        const lost = [...operation.needs].filter((id) => !made.has(id));
        if (lost.length > 0) throw unresolved(lost, failed);
        const answer = await carryOut(caller, {
          method,
          path: String(resolved(path, made)),
          data: resolved(operation.data, made),
          conditions: { ifMatch: operation.version, ifNoneMatch: undefined },
        });
        const id = answer.location?.split('/').at(-1);
        if (bulkId !== undefined && id !== undefined) made.set(bulkId, id);
        results.set(operation, {
          method,
          ...(bulkId !== undefined && { bulkId }),
          ...(answer.location !== undefined && { location: answer.location }),
          ...(answer.etag !== undefined && { version: answer.etag }),
          status: String(answer.status),
        });
      } catch (error) {
        if (!(error instanceof ScimError)) throw error;
        errors += 1;
        if (bulkId !== undefined) failed.add(bulkId);
        await refused(caller, { method, path }, error);
        const own = method === 'POST' ? {} : { location: path };
        results.set(operation, {
          method,
          ...(bulkId !== undefined && { bulkId }),
          ...own,
          status: String(error.status),
          response: error.toBody(),
        });
      }
    }
    return {
      status: 200,
      body: { schemas: [responseUrn], Operations: operations.flatMap((each) => results.get(each) ?? []) },
    };
  };
}

function unresolved(lost: readonly string[], failed: ReadonlySet<string>): ScimError {
  const [first = ''] = lost;
  return failed.has(first)
    ? new ScimError(409, `The operation with bulkId "${first}", which this one refers to, failed.`)
    : new ScimError(409, `"bulkId:${first}" is not made by any operation that could come before this one.`);
}

function readBulk(body: unknown, most: number): { operations: BulkOperation[]; failOnErrors: number } {
  if (!isObject(body)) throw badRequest('invalidSyntax', 'The body must be a JSON object.');
  const { schemas, Operations: list, failOnErrors } = body;
  if (!Array.isArray(schemas) || !schemas.includes(requestUrn))
    throw badRequest('invalidSyntax', `"schemas" must contain ${requestUrn}.`);
  if (!Array.isArray(list)) throw badRequest('invalidSyntax', '"Operations" must be a list.');
  if (list.length > most)
    throw new ScimError(
      413,
      `More than ${most} operations: see bulk.maxOperations of ServiceProviderConfig.`,
      'tooMany',
    );
  const isCount = typeof failOnErrors === 'number' && Number.isInteger(failOnErrors) && failOnErrors > 0;
  if (failOnErrors !== undefined && failOnErrors !== null && !isCount)
    throw badRequest('invalidValue', '"failOnErrors" must be a whole number of 1 or more.');
  const operations = list.map(readOperation);
  const ids = operations.flatMap(({ bulkId }) => bulkId ?? []);
  if (new Set(ids).size < ids.length)
    throw badRequest('invalidValue', 'Each "bulkId" may be used by one operation only.');
  return { operations, failOnErrors: isCount ? failOnErrors : Number.POSITIVE_INFINITY };
}

function readOperation(input: unknown): BulkOperation {
  if (!isObject(input)) throw badRequest('invalidSyntax', 'Each operation must be an object.');
  const { path, bulkId, data, version } = input;
  const method = String(input['method']).toUpperCase();
  if (method !== 'POST' && method !== 'PUT' && method !== 'PATCH' && method !== 'DELETE')
    throw badRequest('invalidSyntax', '"method" must be POST, PUT, PATCH or DELETE.');
  if (typeof path !== 'string' || !path.startsWith('/'))
    throw badRequest('invalidSyntax', 'Each operation needs a "path" such as /Users.');
  if (bulkId !== undefined && typeof bulkId !== 'string')
    throw badRequest('invalidSyntax', '"bulkId" must be a string.');
  if (method === 'POST' && bulkId === undefined)
    throw badRequest('invalidSyntax', 'A POST needs a "bulkId" (RFC 7644, section 3.7.2).');
  const needs = new Set<string>();
  visitReferences(path, (id) => needs.add(id));
  visitReferences(data, (id) => needs.add(id));
  return { method, path, bulkId, data, version: typeof version === 'string' ? version : undefined, needs };
}

const reference = /bulkId:([^/"\]\s]+)/g;

function visitReferences(value: unknown, found: (id: string) => void): void {
  if (typeof value === 'string') for (const [, id] of value.matchAll(reference)) found(String(id));
  else if (Array.isArray(value)) for (const each of value) visitReferences(each, found);
  else if (isObject(value)) for (const each of Object.values(value)) visitReferences(each, found);
}

/** The value with every reference replaced by the id that was made. */
function resolved(value: unknown, made: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string')
    return value.replaceAll(reference, (whole, id: string) => made.get(id) ?? whole);
  if (Array.isArray(value)) return value.map((each) => resolved(each, made));
  if (!isObject(value)) return value;
  // Own entries only, and no setter: a key named __proto__ stays a key.
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolved(each, made)]));
}
