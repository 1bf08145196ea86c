/** What a YAML file holds once read: plain values, and maps without a prototype. */
export type Tree = string | number | boolean | null | readonly Tree[] | TreeMap;

export interface TreeMap {
  readonly [key: string]: Tree;
}

export function isMap(tree: unknown): tree is TreeMap {
  return typeof tree === 'object' && tree !== null && !Array.isArray(tree);
}

/** The value at a path, or undefined when there is none. Own keys only. */
export function valueAt(tree: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = tree;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}

/** The tree without the value at a path: a new tree, the old one is left alone. */
export function without(tree: Tree, path: readonly PropertyKey[]): Tree {
  const [step, ...rest] = path;
  if (step === undefined || typeof tree !== 'object' || tree === null) return tree;
  if (Array.isArray(tree)) {
    return tree.flatMap((item: Tree, index) =>
      index !== step ? [item] : rest.length === 0 ? [] : [without(item, rest)],
    );
  }
  const copy: Record<string, Tree> = Object.create(null);
  for (const [key, value] of Object.entries(tree as TreeMap)) {
    if (key !== String(step)) copy[key] = value;
    else if (rest.length > 0) copy[key] = without(value, rest);
  }
  return copy;
}
