/**
 * A resource inside the core: only canonical names of the schema as keys (extensions under their URN), only values of the
 * declared types. Whatever a client sends becomes one by `readResource`, so no foreign key ever reaches an object.
 */
export interface Resource {
  [name: string]: Value | undefined;
}

export type Value = string | number | boolean | Resource | Value[];

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deep equality of two values, whatever the order of keys. */
export function sameValue(left: Value | undefined, right: Value | undefined): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((value, index) => sameValue(value, right[index]));
  }
  if (isObject(left) && isObject(right)) {
    const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
    return [...keys].every((key) =>
      sameValue(left[key] as Value | undefined, right[key] as Value | undefined),
    );
  }
  return false;
}
