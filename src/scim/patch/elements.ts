import { badRequest } from '../error.ts';
import { elementMatches, type Filter } from '../filter/index.ts';
import { onePrimary, readElement, readValue, type ValueHabit } from '../read.ts';
import { isObject, sameValue, type Resource, type Value } from '../resource.ts';
import { attributeNamed, type Attribute } from '../schema/index.ts';

/** Adds elements that are not there yet (RFC 7644, section 3.5.2.1); one with the same value and type is completed. */
export function addElements(
  attribute: Attribute,
  current: readonly Value[],
  added: readonly Value[],
): Value[] {
  const result = [...current];
  let primary = -1;
  for (const element of added) {
    const at = result.findIndex((each) => sameElement(attribute, each, element));
    const existing = result[at];
    if (existing === undefined) result.push(element);
    else if (isObject(existing) && isObject(element)) result[at] = { ...existing, ...element } as Resource;
    if (isObject(element) && element['primary'] === true) primary = at < 0 ? result.length - 1 : at;
  }
  return primary < 0 ? result : onePrimary(result, primary);
}

/** Removes the elements that `listed` names by value: what Entra means by `remove members` with a value. */
export function removeListed(
  attribute: Attribute,
  current: readonly Value[],
  listed: readonly Value[],
): Value[] {
  return current.filter((each) => !listed.some((element) => sameKey(attribute, each, element)));
}

/**
 * Changes the elements that match: the whole element, or one sub-attribute of each.
 * A sub-attribute whose filter matches nothing makes the element that the filter describes, so that one unmatched path does
 * not block the operations beside it; a whole element that matches nothing is `noTarget` (RFC 7644, section 3.5.2.3).
 */
export function changeMatching(
  attribute: Attribute,
  current: readonly Value[],
  change: { op: 'add' | 'replace'; filter: Filter | undefined; sub: Attribute | undefined; value: unknown },
  habit: ValueHabit,
): Value[] {
  const { op, filter, sub, value } = change;
  const hits = current.flatMap((each, index) =>
    !filter || elementMatches(attribute, each, filter) ? [index] : [],
  );
  if (!sub) {
    if (hits.length === 0)
      throw badRequest('noTarget', `No element of "${attribute.name}" matches the path's filter.`);
    const element = readElement(attribute, value, attribute.name, habit);
    if (element === undefined) return current.filter((_, index) => !hits.includes(index));
    const merged = current.map((each, index) => {
      if (!hits.includes(index)) return each;
      return op === 'add' && isObject(each) && isObject(element)
        ? ({ ...each, ...element } as Resource)
        : element;
    });
    return isObject(element) && element['primary'] === true ? onePrimary(merged, hits[0]) : merged;
  }
  const read = readValue(sub, value, `${attribute.name}.${sub.name}`, habit);
  if (hits.length === 0) {
    if (read === undefined) return [...current];
    const made = { ...(filter ? described(attribute, filter) : {}), [sub.name]: read };
    return addElements(attribute, current, [made]);
  }
  const changed = current.map((each, index) =>
    hits.includes(index) && isObject(each) ? withSub(each as Resource, sub, read) : each,
  );
  return sub.name === 'primary' && read === true ? onePrimary(changed, hits[0]) : changed.filter(isNotEmpty);
}

/** Removes the elements that match, or one sub-attribute of each; none matching is no mistake. */
export function removeMatching(
  attribute: Attribute,
  current: readonly Value[],
  filter: Filter | undefined,
  sub: Attribute | undefined,
): Value[] {
  const hit = (each: Value) => !filter || elementMatches(attribute, each, filter);
  if (!sub) return current.filter((each) => !hit(each));
  return current
    .map((each) => (hit(each) && isObject(each) ? withSub(each as Resource, sub, undefined) : each))
    .filter(isNotEmpty);
}

/** The element that a filter of equalities describes: `type eq "work" and primary eq true`. */
function described(attribute: Attribute, filter: Filter): Resource {
  if (filter.op === 'and')
    return { ...described(attribute, filter.left), ...described(attribute, filter.right) };
  if (filter.op !== 'eq' || filter.value === null) return {};
  const sub = attributeNamed(attribute.subAttributes ?? [], filter.path.attribute);
  return sub ? { [sub.name]: filter.value } : {};
}

function withSub(element: Resource, sub: Attribute, value: Value | undefined): Resource {
  const { [sub.name]: _old, ...rest } = element;
  return value === undefined ? rest : { ...rest, [sub.name]: value };
}

function isNotEmpty(value: Value): boolean {
  return !isObject(value) || Object.keys(value).length > 0;
}

function sameElement(attribute: Attribute, left: Value, right: Value): boolean {
  if (!isObject(left) || !isObject(right)) return sameKey(attribute, left, right);
  if (left['value'] === undefined || right['value'] === undefined)
    return sameValue(left as Resource, right as Resource);
  return sameKey(attribute, left, right) && (right['type'] === undefined || left['type'] === right['type']);
}

/** The same `value`, compared as the schema says; simple elements are compared whole. */
function sameKey(attribute: Attribute, left: Value, right: Value): boolean {
  const inner = attributeNamed(attribute.subAttributes ?? [], 'value') ?? attribute;
  const key = (each: Value) => {
    const value = isObject(each) ? each['value'] : each;
    return typeof value === 'string' && !inner.caseExact ? value.toLowerCase() : value;
  };
  return key(left) !== undefined && key(left) === key(right);
}
