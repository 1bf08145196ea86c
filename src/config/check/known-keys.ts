import { nearest } from '../nearest.ts';
import type { JsonSchema } from '../schema/json-schema.ts';

/** The schemas that may describe a value at a path: several where the file allows a choice. */
export function schemasAt(schema: JsonSchema, path: readonly PropertyKey[]): readonly JsonSchema[] {
  let here = choices(schema);
  for (const step of path) {
    here = here.flatMap((node) => {
      if (typeof step === 'number') return node.items ? choices(node.items) : [];
      const name = String(step);
      const own = node.properties && Object.hasOwn(node.properties, name) ? node.properties[name] : undefined;
      if (own) return choices(own);
      return typeof node.additionalProperties === 'object' ? choices(node.additionalProperties) : [];
    });
  }
  return here;
}

/** What the schema says of the value at a path, in its first sentence. */
export function descriptionAt(schema: JsonSchema, path: readonly PropertyKey[]): string | undefined {
  const holder = schemasAt(schema, path.slice(0, -1)).find((node) => node.properties);
  const last = path.at(-1);
  const own = typeof last === 'string' ? holder?.properties?.[last]?.description : undefined;
  const text = own ?? schemasAt(schema, path).find((node) => node.description)?.description;
  return text?.replace(/\. Default: .*$/s, '').replace(/\.$/, '');
}

/** The advice for a key that is not known, and the key that was meant, where one can be told. */
export function adviceFor(
  schema: JsonSchema,
  path: readonly PropertyKey[],
  key: string,
): { readonly message: string; readonly meant: string | undefined } {
  const siblings = schemasAt(schema, path).flatMap((node) => Object.keys(node.properties ?? {}));
  const near = nearest(key, siblings);
  if (near !== undefined) {
    return { message: `unknown key; did you mean ${near}?`, meant: [...path, near].map(String).join('.') };
  }
  const elsewhere = dottedKeys(schema, '').filter((dotted) => dotted.split('.').at(-1) === key);
  const [place] = elsewhere;
  if (place !== undefined && elsewhere.length === 1) {
    return { message: `unknown key here; did you mean ${place}?`, meant: place };
  }
  return { message: `unknown key; known here: ${siblings.join(', ')}`, meant: undefined };
}

function choices(node: JsonSchema): readonly JsonSchema[] {
  return node.anyOf ? [node, ...node.anyOf.flatMap(choices)] : [node];
}

function dottedKeys(schema: JsonSchema, prefix: string): string[] {
  return choices(schema).flatMap((node) =>
    Object.entries(node.properties ?? {}).flatMap(([name, below]) => [
      `${prefix}${name}`,
      ...dottedKeys(below, `${prefix}${name}.`),
    ]),
  );
}
