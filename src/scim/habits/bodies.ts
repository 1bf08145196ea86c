import { parsePath } from '../filter/index.ts';
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
