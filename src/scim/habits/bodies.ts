import { badRequest } from '../error.ts';
import { parsePath, printPath } from '../filter/index.ts';
import type { Operation } from '../patch/index.ts';
import { isObject } from '../resource.ts';
import { attributeNamed, coreAttributes, schemaNamed, type ResourceType } from '../schema/index.ts';
import { resolvePath } from '../schema/resolve.ts';

/**
 * Entra without its compatibility flag flattens names, as in PATCH so in POST: `"name.givenName": "A"`,
 * `"urn:…:User:department": "B"`; and its older templates misspell the enterprise URN.
 * https://learn.microsoft.com/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility
 *
 * What the schema knows by such a name goes where it belongs, unless the nested form is there as well.
 */
export function flatKeys(type: ResourceType, body: unknown): unknown {
  if (!isObject(body)) return body;
  const flat = Object.keys(body).filter((key) => isFlat(type, key));
  if (flat.length === 0) return body;
  const result: Record<string, unknown> = Object.fromEntries(
    Object.entries(body).filter(([key]) => !flat.includes(key)),
  );
  for (const key of flat) {
    const extension = misspelled(type, key, body[key]);
    if (extension !== undefined) result[extension] ??= body[key];
    else place(type, result, key, body[key]);
  }
  return result;
}

function isFlat(type: ResourceType, key: string): boolean {
  if (!key.includes('.') && !key.includes(':')) return false;
  return attributeNamed(coreAttributes(type), key) === undefined && schemaNamed(type, key) === undefined;
}

/** The extension that a URN such as `urn:ietf:params:scim:schemas:extension:enterprise:2.0` must mean. */
function misspelled(type: ResourceType, key: string, value: unknown): string | undefined {
  if (!isObject(value) || !/^urn:.*enterprise/i.test(key)) return undefined;
  return type.extensions.find(({ name }) => name === 'EnterpriseUser')?.id;
}

function place(type: ResourceType, target: Record<string, unknown>, key: string, value: unknown): void {
  const resolved = definitionOf(type, key);
  if (!resolved?.attribute) return;
  const { extension, attribute, sub } = resolved;
  const container = extension ? objectAt(target, extension.id) : target;
  if (!container) return;
  if (!sub) container[attribute.name] ??= value;
  else if (!attribute.multiValued) {
    const inner = objectAt(container, attribute.name);
    if (inner) inner[sub.name] ??= value;
  }
}

function definitionOf(type: ResourceType, key: string) {
  try {
    const { path, filter } = parsePath(key);
    return filter ? undefined : resolvePath(type, path);
  } catch {
    return undefined;
  }
}

/** A copy of the object at the name, put back in its place; undefined when something else is there. */
function objectAt(container: Record<string, unknown>, name: string): Record<string, unknown> | undefined {
  const present = container[name];
  if (present !== undefined && !isObject(present)) return undefined;
  const copy = { ...present };
  container[name] = copy;
  return copy;
}

/**
 * Some clients treat the URN of the core schema as an extension's, as a path or as a key of the value:
 * `{"urn:…:core:2.0:User": {"active": false}}`. What is inside is meant, as in a POST.
 * https://learn.microsoft.com/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility
 */
export function coreAsContainer(type: ResourceType, operation: Operation): Operation {
  const isCore = (text: string) => text.toLowerCase() === type.schema.id.toLowerCase();
  const { op, path, value } = operation;
  if (path && !path.filter && isCore(printPath(path.path))) {
    if (op === 'remove') throw badRequest('noTarget', 'remove needs an attribute as its path.');
    return { op, path: undefined, value };
  }
  if (path || !isObject(value) || !Object.keys(value).some(isCore)) return operation;
  const entries = Object.entries(value).flatMap(([key, each]) =>
    isCore(key) && isObject(each) ? Object.entries(each) : [[key, each] as const],
  );
  return { op, path, value: Object.fromEntries(entries) };
}
