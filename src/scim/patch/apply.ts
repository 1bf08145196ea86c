import { badRequest } from '../error.ts';
import type { PatchPath } from '../filter/index.ts';
import { parsePath, printPath } from '../filter/index.ts';
import { readElement, readValue, type ValueHabit } from '../read.ts';
import { isObject, type Resource, type Value } from '../resource.ts';
import { resolvePath, type Resolved } from '../schema/resolve.ts';
import { attributeNamed, type Attribute, type ResourceType, type Schema } from '../schema/index.ts';
import { addElements, changeMatching, removeListed, removeMatching } from './elements.ts';
import type { Operation } from './operation.ts';

const noHabit: ValueHabit = (_, value) => value;

/**
 * Applies the operations one after the other to a copy (RFC 7644, section 3.5.2): all of them, or an error and no change.
 * @throws ScimError 400 with invalidPath, noTarget, mutability or invalidValue
 */
export function applyPatch(
  type: ResourceType,
  resource: Resource,
  operations: readonly Operation[],
  habit: ValueHabit = noHabit,
): Resource {
  let result = structuredClone(resource);
  for (const operation of operations) result = applyOne(type, result, operation, habit);
  return result;
}

function applyOne(type: ResourceType, resource: Resource, operation: Operation, habit: ValueHabit): Resource {
  const { op, path, value } = operation;
  if (!path) return applyWithoutPath(type, resource, op, value, habit);
  const resolved = resolvePath(type, path.path);
  if (!resolved) throw badRequest('invalidPath', `There is no attribute "${printPath(path.path)}".`);
  return applyAt(resource, resolved, path, operation, habit);
}

/** Each key of the value is a path of its own; what the schema does not know, and what is read-only, is ignored. */
function applyWithoutPath(
  type: ResourceType,
  resource: Resource,
  op: Operation['op'],
  value: unknown,
  habit: ValueHabit,
): Resource {
  if (!isObject(value))
    throw badRequest('invalidValue', `${op} without a path needs an object as its value.`);
  let result = resource;
  for (const [key, each] of Object.entries(value)) {
    const path = readKey(key);
    const resolved = path && resolvePath(type, path.path);
    if (!path || !resolved || isReadOnly(resolved)) continue;
    result = applyAt(result, resolved, path, { op, path, value: each }, habit);
  }
  return result;
}

function readKey(key: string): PatchPath | undefined {
  try {
    return parsePath(key);
  } catch {
    return undefined;
  }
}

function isReadOnly({ attribute, sub }: Resolved): boolean {
  return (
    (sub ?? attribute)?.mutability === 'readOnly' ||
    attribute?.mutability === 'readOnly' ||
    attribute?.name === 'schemas'
  );
}

function applyAt(
  resource: Resource,
  resolved: Resolved,
  path: PatchPath,
  operation: Operation,
  habit: ValueHabit,
): Resource {
  const { op, value } = operation;
  if (isReadOnly(resolved)) {
    throw badRequest('mutability', `"${printPath(path.path)}" is read-only.`);
  }
  const { extension, attribute, sub } = resolved;
  if (!attribute) return extension ? applyToExtension(resource, extension, operation, habit) : resource;
  const container = (extension ? resource[extension.id] : resource) as Resource | undefined;
  const changed = changeAttribute(container?.[attribute.name], attribute, sub, path, { op, value }, habit);
  const { [attribute.name]: _old, ...rest } = container ?? {};
  const next: Resource = changed === undefined ? rest : { ...rest, [attribute.name]: changed };
  if (!extension) return next;
  const { [extension.id]: _extension, ...core } = resource;
  return Object.keys(next).length === 0 ? core : { ...core, [extension.id]: next };
}

/** The path is an extension's URN: each attribute of the value is a path of its own; `remove` takes all of them away. */
function applyToExtension(
  resource: Resource,
  extension: Schema,
  { op, path, value }: Operation,
  habit: ValueHabit,
): Resource {
  if (op === 'remove') {
    const { [extension.id]: _removed, ...rest } = resource;
    return rest;
  }
  if (!isObject(value)) throw badRequest('invalidValue', `"${extension.id}" must be an object.`);
  let result = resource;
  for (const [key, each] of Object.entries(value)) {
    const attribute = attributeNamed(extension.attributes, key);
    if (!attribute) continue;
    const resolved: Resolved = { extension, attribute, sub: undefined };
    const inner = { urn: extension.id, attribute: attribute.name, sub: undefined };
    const step = { path: inner, filter: undefined };
    if (!isReadOnly(resolved))
      result = applyAt(result, resolved, step, { op, path: path ?? step, value: each }, habit);
  }
  return result;
}

function changeAttribute(
  current: Value | undefined,
  attribute: Attribute,
  sub: Attribute | undefined,
  path: PatchPath,
  change: { op: Operation['op']; value: unknown },
  habit: ValueHabit,
): Value | undefined {
  const { op, value } = change;
  const { filter } = path;
  if (attribute.multiValued) {
    const elements = Array.isArray(current) ? current : [];
    return orNothing(changeElements(attribute, elements, sub, { op, filter, value }, habit));
  }
  if (filter)
    throw badRequest('invalidPath', `"${attribute.name}" has one value, so no filter applies to it.`);
  if (op === 'remove') return sub ? without(current, sub.name) : undefined;
  if (sub) {
    const read = readValue(sub, value, `${attribute.name}.${sub.name}`, habit);
    const rest = without(current, sub.name);
    return read === undefined ? rest : { ...(rest as Resource | undefined), [sub.name]: read };
  }
  const read = readValue(attribute, value, attribute.name, habit);
  // A complex value names the sub-attributes to change and leaves the others (RFC 7644, section 3.5.2.3).
  return isObject(read) && isObject(current) ? ({ ...current, ...read } as Resource) : read;
}

function changeElements(
  attribute: Attribute,
  current: readonly Value[],
  sub: Attribute | undefined,
  { op, filter, value }: { op: Operation['op']; filter: PatchPath['filter']; value: unknown },
  habit: ValueHabit,
): readonly Value[] {
  if (op === 'remove') {
    if (filter || sub || value === undefined || value === null)
      return removeMatching(attribute, current, filter, sub);
    return removeListed(attribute, current, readList(attribute, value, habit));
  }
  if (filter || sub) return changeMatching(attribute, current, { op, filter, sub, value }, habit);
  if (op === 'replace') {
    const read = readValue(
      attribute,
      Array.isArray(value) || value === null ? value : [value],
      attribute.name,
      habit,
    );
    return Array.isArray(read) ? read : [];
  }
  return addElements(attribute, current, readList(attribute, value, habit));
}

function readList(attribute: Attribute, value: unknown, habit: ValueHabit): Value[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.flatMap((each) => {
    const read = readElement(attribute, each, attribute.name, habit);
    return read === undefined ? [] : [read];
  });
}

function without(value: Value | undefined, name: string): Value | undefined {
  if (!isObject(value)) return undefined;
  const { [name]: _removed, ...rest } = value as Resource;
  return Object.keys(rest).length === 0 ? undefined : rest;
}

function orNothing(elements: readonly Value[]): Value | undefined {
  return elements.length === 0 ? undefined : [...elements];
}
