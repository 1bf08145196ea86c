import type { AttributePath } from '../filter/ast.ts';
import {
  attributeNamed,
  coreAttributes,
  schemaNamed,
  type Attribute,
  type ResourceType,
  type Schema,
} from './index.ts';

/** What a path means in a resource type. */
export interface Resolved {
  /** The extension that the attribute belongs to; undefined for core and common attributes. */
  readonly extension: Schema | undefined;
  /** Undefined when the path is the extension itself. */
  readonly attribute: Attribute | undefined;
  readonly sub: Attribute | undefined;
}

/** Finds the definitions that a path names, without regard to case; undefined when the schema has no such thing. */
export function resolvePath(type: ResourceType, path: AttributePath): Resolved | undefined {
  const { urn, attribute: name, sub } = path;
  if (urn === undefined) return within(undefined, coreAttributes(type), name, sub);
  const schema = schemaNamed(type, urn);
  if (schema) {
    const extension = schema === type.schema ? undefined : schema;
    return within(extension, extension ? schema.attributes : coreAttributes(type), name, sub);
  }
  // The whole text may be an extension's URN, whose last part looks like an attribute name.
  const whole = sub === undefined ? schemaNamed(type, `${urn}:${name}`) : undefined;
  return whole && whole !== type.schema
    ? { extension: whole, attribute: undefined, sub: undefined }
    : undefined;
}

function within(
  extension: Schema | undefined,
  attributes: readonly Attribute[],
  name: string,
  sub: string | undefined,
): Resolved | undefined {
  const attribute = attributeNamed(attributes, name);
  if (!attribute) return undefined;
  if (sub === undefined) return { extension, attribute, sub: undefined };
  const found = attributeNamed(attribute.subAttributes ?? [], sub);
  return found && { extension, attribute, sub: found };
}
