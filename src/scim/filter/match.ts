import { comparable } from '../../identity/index.ts';
import { badRequest } from '../error.ts';
import { isObject, type Resource, type Value } from '../resource.ts';
import { attributeNamed, type Attribute, type ResourceType } from '../schema/index.ts';
import { resolvePath } from '../schema/resolve.ts';
import type { AttributePath, Comparison, Filter, FilterValue } from './ast.ts';

/** Values that a path reaches, with the definition they are compared by; undefined: the schema has no such attribute. */
type Lookup = (path: AttributePath) => { attribute: Attribute; values: readonly Value[] } | undefined;

/**
 * Does the resource satisfy the filter? An attribute that the schema does not know is simply not there (RFC 7644,
 * section 3.4.2.1). The filter must have passed {@link checkFilter}.
 */
export function matches(type: ResourceType, resource: Resource, filter: Filter): boolean {
  return evaluate(filter, lookupIn(type, resource));
}

/** Does one element of a multi-valued attribute satisfy the filter of a value path? */
export function elementMatches(attribute: Attribute, element: Value, filter: Filter): boolean {
  return evaluate(filter, lookupInElement(attribute, element));
}

/**
 * Refuses comparisons that mean nothing: order or substring of a boolean, order of binary values (RFC 7644, table 3).
 * @throws ScimError 400 invalidFilter
 */
export function checkFilter(type: ResourceType, filter: Filter): void {
  visit(filter, (path) => {
    const resolved = resolvePath(type, path);
    return resolved?.sub ?? resolved?.attribute;
  });
}

function visit(filter: Filter, define: (path: AttributePath) => Attribute | undefined): void {
  switch (filter.op) {
    case 'and':
    case 'or':
      visit(filter.left, define);
      return visit(filter.right, define);
    case 'not':
      return visit(filter.filter, define);
    case 'pr':
      return;
    case 'element': {
      const subs = define(filter.path)?.subAttributes ?? [];
      return visit(filter.filter, (path) => attributeNamed(subs, path.attribute));
    }
    default: {
      const attribute = define(filter.path);
      const orders = filter.op !== 'eq' && filter.op !== 'ne';
      if (attribute && orders && (attribute.type === 'boolean' || attribute.type === 'binary')) {
        throw badRequest(
          'invalidFilter',
          `"${attribute.name}" is ${attribute.type}: only eq, ne and pr apply to it.`,
        );
      }
    }
  }
}

function evaluate(filter: Filter, lookup: Lookup): boolean {
  switch (filter.op) {
    case 'and':
      return evaluate(filter.left, lookup) && evaluate(filter.right, lookup);
    case 'or':
      return evaluate(filter.left, lookup) || evaluate(filter.right, lookup);
    case 'not':
      return !evaluate(filter.filter, lookup);
    case 'pr':
      return (lookup(filter.path)?.values.length ?? 0) > 0;
    case 'element': {
      const found = lookup(filter.path);
      return (
        found !== undefined &&
        found.values.some((each) => elementMatches(found.attribute, each, filter.filter))
      );
    }
    default: {
      const found = lookup(filter.path);
      if (!found) return false;
      const { values, attribute } = valuesOf(found);
      if (values.length === 0)
        return filter.op === 'ne' ? filter.value !== null : filter.op === 'eq' && filter.value === null;
      return values.some((value) => compare(value, filter.op, filter.value, attribute));
    }
  }
}

/** A complex attribute named without a sub-attribute means its `value` (RFC 7644, section 3.4.2.2: `emails co`). */
function valuesOf({ attribute, values }: { attribute: Attribute; values: readonly Value[] }) {
  const inner =
    attribute.type === 'complex' ? attributeNamed(attribute.subAttributes ?? [], 'value') : undefined;
  if (!inner) return { attribute, values };
  return { attribute: inner, values: values.flatMap((each) => pick(each, inner.name)) };
}

function compare(actual: Value, op: Comparison, expected: FilterValue, attribute: Attribute): boolean {
  if (attribute.type === 'dateTime' && typeof actual === 'string' && typeof expected === 'string') {
    const [left, right] = [Date.parse(actual), Date.parse(expected)];
    return !Number.isNaN(left) && !Number.isNaN(right) && ordered(left, op, right);
  }
  if (typeof actual === 'string' && typeof expected === 'string') {
    // Equal is what is unique: one comparison for `eq` here and for the database's index.
    if (!attribute.caseExact && (op === 'eq' || op === 'ne'))
      return (comparable(actual) === comparable(expected)) === (op === 'eq');
    const fold = (text: string) => (attribute.caseExact ? text : text.normalize('NFKC').toLowerCase());
    const [left, right] = [fold(actual), fold(expected)];
    if (op === 'co') return left.includes(right);
    if (op === 'sw') return left.startsWith(right);
    if (op === 'ew') return left.endsWith(right);
    return ordered(left, op, right);
  }
  if (typeof actual === 'number' && typeof expected === 'number') return ordered(actual, op, expected);
  return op === 'eq' ? actual === expected : op === 'ne' && actual !== expected;
}

function ordered<T extends string | number>(left: T, op: Comparison, right: T): boolean {
  switch (op) {
    case 'eq':
      return left === right;
    case 'ne':
      return left !== right;
    case 'gt':
      return left > right;
    case 'ge':
      return left >= right;
    case 'lt':
      return left < right;
    case 'le':
      return left <= right;
    default:
      return false;
  }
}

function lookupIn(type: ResourceType, resource: Resource): Lookup {
  return (path) => {
    const resolved = resolvePath(type, path);
    if (!resolved?.attribute) return undefined;
    const container = resolved.extension ? resource[resolved.extension.id] : resource;
    const values = container === undefined ? [] : pick(container, resolved.attribute.name);
    if (!resolved.sub) return { attribute: resolved.attribute, values };
    const { name } = resolved.sub;
    return { attribute: resolved.sub, values: values.flatMap((each) => pick(each, name)) };
  };
}

function lookupInElement(attribute: Attribute, element: Value): Lookup {
  return (path) => {
    if (attribute.type !== 'complex') {
      return path.attribute.toLowerCase() === 'value' ? { attribute, values: [element] } : undefined;
    }
    const sub = attributeNamed(attribute.subAttributes ?? [], path.attribute);
    return sub && { attribute: sub, values: pick(element, sub.name) };
  };
}

function pick(container: Value, name: string): readonly Value[] {
  if (!isObject(container)) return [];
  const value = (container as Resource)[name];
  if (value === undefined || value === '') return [];
  return Array.isArray(value) ? value : [value];
}
