import { badRequest } from './error.ts';
import { isObject, type Resource, type Value } from './resource.ts';
import {
  attributeNamed,
  coreAttributes,
  schemaNamed,
  type Attribute,
  type ResourceType,
} from './schema/index.ts';

/** A client's habit about single values, applied before the strict reading: gives the value as the RFC wants it. */
export type ValueHabit = (attribute: Attribute, value: unknown) => unknown;

const noHabit: ValueHabit = (_, value) => value;

/** Elements of one multi-valued attribute that a request may carry: members of a group, and everything else. */
const maxMembers = 20_000;
const maxElements = 1_000;

/**
 * Reads what a client sent as a whole resource (POST, PUT): names in any case become canonical, unknown and read-only
 * attributes are ignored (RFC 7644, sections 3.3 and 3.5.1), null and empty lists mean "no value" (RFC 7643, section 2.5).
 * @throws ScimError 400 invalidSyntax when it is no object, invalidValue when a value has the wrong type
 */
export function readResource(type: ResourceType, input: unknown, habit: ValueHabit = noHabit): Resource {
  if (!isObject(input)) throw badRequest('invalidSyntax', 'The body must be a JSON object.');
  const resource = readComplex(coreAttributes(type), input, '', habit) ?? {};
  delete resource['schemas'];
  for (const [key, value] of Object.entries(input)) {
    const extension = key.includes(':') ? schemaNamed(type, key) : undefined;
    if (!extension || !isObject(value)) continue;
    const target =
      extension === type.schema ? readComplex(coreAttributes(type), value, '', habit) : undefined;
    if (target) Object.assign(resource, target);
    else if (extension !== type.schema) {
      const read = readComplex(extension.attributes, value, `${extension.id}:`, habit);
      if (read) resource[extension.id] = read;
    }
  }
  return resource;
}

/** Throws unless every required attribute has a value. */
export function requireAttributes(type: ResourceType, resource: Resource): void {
  for (const attribute of type.schema.attributes) {
    const value = resource[attribute.name];
    if (attribute.required && (value === undefined || value === '')) {
      throw badRequest('invalidValue', `The attribute "${attribute.name}" is required.`);
    }
  }
}

/**
 * Reads one attribute's value; undefined means "no value".
 * @throws ScimError 400 invalidValue naming the attribute and the type that is expected
 */
export function readValue(
  attribute: Attribute,
  input: unknown,
  name: string,
  habit: ValueHabit = noHabit,
): Value | undefined {
  const value = habit(attribute, input);
  if (value === undefined || value === null) return undefined;
  if (!attribute.multiValued) return readSingle(attribute, value, name, habit);
  if (!Array.isArray(value)) throw wrongType(name, 'a list');
  const most = attribute.name === 'members' ? maxMembers : maxElements;
  if (value.length > most) throw badRequest('invalidValue', `"${name}" has more than ${most} elements.`);
  const elements = value.flatMap((each) => {
    const read = readElement(attribute, each, name, habit);
    return read === undefined ? [] : [read];
  });
  return elements.length === 0 ? undefined : onePrimary(elements);
}

/** Reads one element of a multi-valued attribute. */
export function readElement(
  attribute: Attribute,
  input: unknown,
  name: string,
  habit: ValueHabit = noHabit,
): Value | undefined {
  const element = { ...attribute, multiValued: false };
  return readValue(element, input, name, habit);
}

/** `primary` is true at most once (RFC 7643, section 2.4); of several, the first one keeps it. */
export function onePrimary(elements: Value[], keep = elements.findIndex(isPrimary)): Value[] {
  return elements.map((element, index) =>
    index !== keep && isPrimary(element) && isObject(element)
      ? ({ ...element, primary: false } as Resource)
      : element,
  );
}

function isPrimary(element: Value): boolean {
  return isObject(element) && element['primary'] === true;
}

function readSingle(
  attribute: Attribute,
  value: unknown,
  name: string,
  habit: ValueHabit,
): Value | undefined {
  switch (attribute.type) {
    case 'complex': {
      if (!isObject(value)) throw wrongType(name, 'an object');
      return readComplex(attribute.subAttributes ?? [], value, `${name}.`, habit);
    }
    case 'boolean':
      if (typeof value !== 'boolean') throw wrongType(name, 'true or false');
      return value;
    case 'integer':
    case 'decimal':
      if (typeof value !== 'number' || (attribute.type === 'integer' && !Number.isInteger(value))) {
        throw wrongType(name, `a number (${attribute.type})`);
      }
      return value;
    default:
      if (typeof value !== 'string') throw wrongType(name, 'a string');
      if (value.length > 10_000)
        throw badRequest('invalidValue', `"${name}" is longer than 10,000 characters.`);
      return value;
  }
}

function readComplex(
  attributes: readonly Attribute[],
  input: Record<string, unknown>,
  prefix: string,
  habit: ValueHabit,
): Resource | undefined {
  const result: Resource = {};
  for (const [key, value] of Object.entries(input)) {
    const attribute = attributeNamed(attributes, key);
    if (!attribute || attribute.mutability === 'readOnly') continue;
    const read = readValue(attribute, value, `${prefix}${attribute.name}`, habit);
    if (read !== undefined) result[attribute.name] = read;
  }
  return Object.keys(result).length === 0 ? undefined : result;
}

function wrongType(name: string, expected: string) {
  return badRequest('invalidValue', `The attribute "${name}" must be ${expected}.`);
}
