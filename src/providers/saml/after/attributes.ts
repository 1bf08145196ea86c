import { rejected } from '../rejected.ts';
import type { SeenAssertion } from '../types.ts';

/**
 * Attributes as a Map of lists: a repeated name is the union, in the order of the document; one value is a list of one;
 * `__proto__` is a name like any other. Values are kept byte for byte; one that is not plain text is left out.
 */
export function attributeMap(assertion: SeenAssertion): ReadonlyMap<string, readonly string[]> {
  const map = new Map<string, string[]>();
  for (const { name, values } of assertion.attributes) {
    if (name === undefined) throw rejected('attribute.no_name');
    const list = map.get(name) ?? [];
    const held = new Set(list);
    for (const value of values) {
      if (value === null || held.has(value)) continue;
      held.add(value);
      list.push(value);
    }
    map.set(name, list);
  }
  return map;
}
