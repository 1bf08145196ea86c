import { badRequest } from '../error.ts';
import { parsePath, type PatchPath } from '../filter/index.ts';
import { isObject } from '../resource.ts';

export const patchUrn = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** Operations of one request; no client sends more. */
const maxOperations = 2_000;

export interface Operation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: PatchPath | undefined;
  readonly value: unknown;
}

/**
 * Reads a PatchOp body (RFC 7644, section 3.5.2). The names of operations are read in any case, as Entra writes them.
 * @throws ScimError 400 invalidSyntax for a body that is no PatchOp, invalidPath for a path that cannot be read
 */
export function readOperations(
  body: unknown,
  habit: (path: PatchPath) => PatchPath = (path) => path,
): Operation[] {
  if (!isObject(body)) throw badRequest('invalidSyntax', 'The body must be a JSON object.');
  const schemas = named(body, 'schemas');
  if (
    !Array.isArray(schemas) ||
    !schemas.some((urn) => String(urn).toLowerCase() === patchUrn.toLowerCase())
  ) {
    throw badRequest('invalidSyntax', `"schemas" must contain ${patchUrn}.`);
  }
  const operations = named(body, 'operations');
  if (!Array.isArray(operations)) throw badRequest('invalidSyntax', '"Operations" must be a list.');
  if (operations.length > maxOperations)
    throw badRequest('invalidSyntax', `"Operations" has more than ${maxOperations} of them.`);
  return operations.map((each) => readOperation(each, habit));
}

function readOperation(input: unknown, habit: (path: PatchPath) => PatchPath): Operation {
  if (!isObject(input)) throw badRequest('invalidSyntax', 'Each operation must be an object.');
  const op = String(named(input, 'op')).toLowerCase();
  if (op !== 'add' && op !== 'remove' && op !== 'replace') {
    throw badRequest('invalidSyntax', '"op" must be add, remove or replace.');
  }
  const text = named(input, 'path');
  if (text !== undefined && text !== null && typeof text !== 'string') {
    throw badRequest('invalidPath', 'The path must be a string.');
  }
  const path = text ? habit(parsePath(text)) : undefined;
  if (op === 'remove' && !path) throw badRequest('noTarget', 'remove needs a path.');
  const value = named(input, 'value');
  if (op !== 'remove' && value === undefined) throw badRequest('invalidSyntax', `${op} needs a value.`);
  return { op, path, value };
}

/** Names are compared without case, those of a message too (RFC 7643, section 2.1). */
function named(input: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(input, name)) return input[name];
  return Object.entries(input).find(([key]) => key.toLowerCase() === name)?.[1];
}
