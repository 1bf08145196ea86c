import { parsePath } from './filter/index.ts';
import { isObject, type Resource, type Value } from './resource.ts';
import { attributeNamed, coreAttributes, type Attribute, type ResourceType } from './schema/index.ts';
import { resolvePath } from './schema/resolve.ts';

/** `attributes` and `excludedAttributes` of a request (RFC 7644, section 3.9); at most one of them is given. */
export interface Projection {
  readonly only: readonly string[] | undefined;
  readonly without: readonly string[] | undefined;
}

/**
 * The resource as it is returned: what is never returned is left out, what is always returned stays, whatever was asked.
 * Names that the schema does not know have no effect.
 */
export function project(type: ResourceType, resource: Resource, projection: Projection): Resource {
  const visible = pickContainers(type, resource, (attribute) => attribute.returned !== 'never');
  if (projection.only) return keep(type, visible, projection.only);
  return projection.without ? drop(type, visible, projection.without) : visible;
}

/** Does the projection ask for this core attribute at all? Spares the work of loading members. */
export function asksFor(projection: Projection, name: string): boolean {
  const isNamed = (text: string) => text.toLowerCase().split(/[.:]/).includes(name.toLowerCase());
  if (projection.only) return projection.only.some(isNamed);
  return !(projection.without ?? []).some(
    (text) => text.toLowerCase().split(':').at(-1) === name.toLowerCase(),
  );
}

function keep(type: ResourceType, resource: Resource, names: readonly string[]): Resource {
  const result = pickContainers(type, resource, (attribute) => attribute.returned === 'always');
  for (const found of resolveAll(type, names)) {
    const { extension, attribute, sub } = found;
    const source = extension ? resource[extension.id] : resource;
    if (!isObject(source)) continue;
    if (!attribute) {
      if (extension) result[extension.id] = source as Resource;
      continue;
    }
    const value = (source as Resource)[attribute.name];
    if (value === undefined) continue;
    const target = extension ? ((result[extension.id] ??= {}) as Resource) : result;
    target[attribute.name] = sub ? merge(target[attribute.name], onlySub(value, sub)) : value;
  }
  return result;
}

function drop(type: ResourceType, resource: Resource, names: readonly string[]): Resource {
  const result = { ...resource };
  for (const { extension, attribute, sub } of resolveAll(type, names)) {
    if (extension && !attribute) delete result[extension.id];
    if (!attribute || attribute.returned === 'always') continue;
    const container = extension ? result[extension.id] : result;
    if (!isObject(container)) continue;
    const copy = extension ? { ...(container as Resource) } : result;
    const value = copy[attribute.name];
    if (!sub) delete copy[attribute.name];
    else if (value !== undefined) copy[attribute.name] = withoutSub(value, sub);
    if (extension) result[extension.id] = copy;
  }
  return result;
}

function resolveAll(type: ResourceType, names: readonly string[]) {
  return names.flatMap((name) => {
    try {
      const resolved = resolvePath(type, parsePath(name).path);
      return resolved ? [resolved] : [];
    } catch {
      return [];
    }
  });
}

function pickContainers(
  type: ResourceType,
  resource: Resource,
  wanted: (attribute: Attribute) => boolean,
): Resource {
  const result: Resource = {};
  for (const [name, value] of Object.entries(resource)) {
    const attribute = attributeNamed(coreAttributes(type), name);
    if (attribute && wanted(attribute)) result[name] = value;
    const extension = type.extensions.find((each) => each.id === name);
    if (!extension || !isObject(value)) continue;
    const inner = Object.entries(value as Resource).filter(([key]) => {
      const found = attributeNamed(extension.attributes, key);
      return found !== undefined && wanted(found);
    });
    if (inner.length > 0) result[name] = Object.fromEntries(inner) as Resource;
  }
  return result;
}

function onlySub(value: Value, sub: Attribute): Value {
  if (Array.isArray(value)) return value.map((each) => onlySub(each, sub));
  if (!isObject(value)) return value;
  const inner = (value as Resource)[sub.name];
  return inner === undefined ? {} : { [sub.name]: inner };
}

function withoutSub(value: Value, sub: Attribute): Value {
  if (Array.isArray(value)) return value.map((each) => withoutSub(each, sub));
  if (!isObject(value)) return value;
  const { [sub.name]: _removed, ...rest } = value as Resource;
  return rest;
}

/** Two sub-attributes of one attribute were asked for: both stay. */
function merge(present: Value | undefined, added: Value): Value {
  if (Array.isArray(present) && Array.isArray(added)) {
    return added.map((each, index) => merge(present[index], each));
  }
  return isObject(present) && isObject(added) ? ({ ...present, ...added } as Resource) : added;
}
